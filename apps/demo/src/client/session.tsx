import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext } from 'react'
import type { Member } from '../server/records.ts'
import { api } from './api.ts'

export type PublicMember = Omit<Member, 'passwordHash' | 'org'>
export interface Profile extends PublicMember {
  readonly organization: { readonly id: string; readonly name: string }
}

const SessionContext = createContext<Profile | null>(null)

/** Returns the signed-in user: undefined while loading, null when signed out. */
export function useProfile(): Profile | null | undefined {
  const { data } = useQuery({
    queryKey: ['me'],
    queryFn: async () => (await api.get<{ me: Profile | null }>('/session')).me,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return data
}

export function SessionProvider({ me, children }: { me: Profile; children: ReactNode }) {
  return <SessionContext.Provider value={me}>{children}</SessionContext.Provider>
}

/** Returns the signed-in user. Requires a `SessionProvider`. */
export function useMe(): Profile {
  const me = useContext(SessionContext)
  if (!me) throw new Error('useMe must be used inside a SessionProvider.')
  return me
}

const RANKS = { member: 0, admin: 1, owner: 2 }

/** Returns true if the signed-in user has `role` or a higher role. */
export function useHasRole(role: 'admin' | 'owner'): boolean {
  return RANKS[useMe().role] >= RANKS[role]
}

/** Returns a function that switches the user and clears the previous user's data. */
export function useSwitchUser() {
  const queries = useQueryClient()
  return (me: Profile | null) => {
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' })
    queries.setQueryData(['me'], me)
  }
}
