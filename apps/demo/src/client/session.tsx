import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext } from 'react'
import type { Member } from '../server/records.ts'
import { api } from './api.ts'

export type PublicMember = Omit<Member, 'passwordHash' | 'org'>
export interface Profile extends PublicMember {
  readonly organisation: { readonly id: string; readonly name: string }
}

const SessionContext = createContext<Profile | null>(null)

/** Whoever is signed in; undefined until that is known, null when nobody is. */
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

/** The signed-in member, below the shell. */
export function useMe(): Profile {
  const me = useContext(SessionContext)
  if (!me) throw new Error('useMe needs the shell around it.')
  return me
}

const RANK = { member: 0, admin: 1, owner: 2 }

/** Whether the signed-in member's role reaches the one given. */
export function useHasRole(role: 'admin' | 'owner'): boolean {
  return RANK[useMe().role] >= RANK[role]
}

/** Signs in or out: forgets what the last person loaded and keeps the new one. */
export function useSwitchUser() {
  const queries = useQueryClient()
  return (me: Profile | null) => {
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' })
    queries.setQueryData(['me'], me)
  }
}
