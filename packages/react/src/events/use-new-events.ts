import { useEffect, useState } from 'react'
import { useActivityContext } from '../provider/context.ts'

/** How long a new row is highlighted. */
const HIGHLIGHT_MS = 3_000

/** Returns the ids of events that arrived in the last seconds, so that their rows can be highlighted. */
export function useNewEvents(): ReadonlySet<string> {
  const [newIds, setNewIds] = useState<ReadonlySet<string>>(() => new Set())
  const { liveHub } = useActivityContext()
  useEffect(() => {
    const timers = new Set<ReturnType<typeof setTimeout>>()
    const unsubscribe = liveHub.subscribe(({ id }) => {
      setNewIds((before) => new Set(before).add(id))
      const timer = setTimeout(() => {
        timers.delete(timer)
        setNewIds((before) => new Set([...before].filter((other) => other !== id)))
      }, HIGHLIGHT_MS)
      timers.add(timer)
    })
    return () => {
      unsubscribe()
      for (const timer of timers) clearTimeout(timer)
    }
  }, [liveHub])
  return newIds
}
