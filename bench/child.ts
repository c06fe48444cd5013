import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** Waits for the next message of a child process. Throws if it exits. */
export async function nextMessage(child: ChildProcess): Promise<unknown> {
  const done = new AbortController()
  try {
    const [message] = await Promise.race([
      once(child, 'message', { signal: done.signal }),
      once(child, 'exit', { signal: done.signal }).then(([code]) => {
        throw new Error(`A bench process exited with code ${code}.`)
      }),
    ])
    return message
  } finally {
    done.abort()
  }
}
