import { connect } from 'node:net'

/** A TCP connection to an app, for requests that `fetch` cannot send. */
export interface RawConnection extends Disposable {
  write(data: string | Uint8Array): void
  /** Resolves with the text received so far, once it includes `text`. */
  readUntil(text: string): Promise<string>
  /** Resolves with the text received until the server ends the connection. */
  readAll(): Promise<string>
}

export function openConnection(url: string): RawConnection {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).setEncoding('utf8')
  let received = ''
  let isClosed = false
  let onChange = () => {}
  socket.on('data', (chunk) => {
    received += String(chunk)
    onChange()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    isClosed = true
    onChange()
  })
  function waitForChange(): Promise<void> {
    return new Promise((resolve) => {
      onChange = resolve
    })
  }
  return {
    write(data) {
      socket.write(data)
    },
    async readUntil(text) {
      while (!received.includes(text)) {
        if (isClosed) throw new Error(`The server closed the connection after ${JSON.stringify(received)}.`)
        await waitForChange()
      }
      return received
    },
    async readAll() {
      while (!isClosed) await waitForChange()
      return received
    },
    [Symbol.dispose]: () => socket.destroy(),
  }
}

/** Formats a request for a raw connection. */
export function formatRequest(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): string {
  const lines = Object.entries({ host: 'localhost', 'content-length': String(body.length), ...headers })
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}
