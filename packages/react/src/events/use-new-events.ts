import { useEffect, useState } from 'react'
import { useActivityContext } from '../provider/context.ts'

/** How long a row that has just arrived stands out, in milliseconds. */
const FRESH = 3_000

/** The ids of events that have just arrived, so that their rows can stand out for a moment. */
export function useFreshEvents(): ReadonlySet<string> {
  const [fresh, setFresh] = useState<ReadonlySet<string>>(() => new Set())
  const { live } = useActivityContext()
  useEffect(() => {
    const timers = new Set<ReturnType<typeof setTimeout>>()
    const leave = live.subscribe(({ id }) => {
      setFresh((before) => new Set(before).add(id))
      const timer = setTimeout(() => {
        timers.delete(timer)
        setFresh((before) => new Set([...before].filter((each) => each !== id)))
      }, FRESH)
      timers.add(timer)
    })
    return () => {
      leave()
      for (const timer of timers) clearTimeout(timer)
    }
  }, [live])
  return fresh
}
