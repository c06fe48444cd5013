import { closeSync, fsyncSync, openSync } from 'node:fs'
import { NodeFS } from '@electric-sql/pglite/nodefs'

type Init = NodeFS['init']

interface NodeStream {
  /** The descriptor of a file; a folder has none. */
  readonly nfd?: number
  readonly node: unknown
}

/** What Emscripten's NODEFS is, as far as it is needed here. */
interface NodeFileSystem {
  readonly stream_ops: { fsync?: (stream: NodeStream) => number }
  realPath(node: unknown): string
}

function isNodeFileSystem(value: unknown): value is NodeFileSystem {
  return typeof value === 'object' && value !== null && 'stream_ops' in value && 'realPath' in value
}

/**
 * The file system of Node with a working fsync. Emscripten's knows none, so stock PGlite acknowledges what a power cut loses:
 * https://github.com/electric-sql/pglite/issues/1107
 */
export class DurableNodeFS extends NodeFS {
  /** How many times PostgreSQL had a file or a folder synced. */
  syncs = 0
  readonly #fail: (error: unknown) => void

  /** `fail` must end the thread: after a failed fsync nothing may be acknowledged, and PGlite would go on. */
  constructor(dir: string, fail: (error: unknown) => void) {
    super(dir)
    this.#fail = fail
  }

  override async init(...[pglite, options]: Parameters<Init>): ReturnType<Init> {
    const { emscriptenOpts } = await super.init(pglite, options)
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        onAbort: this.#fail,
        preRun: [...(emscriptenOpts.preRun ?? []), (module) => this.#install(module.NODEFS)],
      },
    }
  }

  #install(nodefs: unknown) {
    if (!isNodeFileSystem(nodefs)) throw new Error('This version of PGlite has no NODEFS to make durable.')
    nodefs.stream_ops.fsync = (stream) => {
      try {
        if (stream.nfd !== undefined) fsyncSync(stream.nfd)
        else syncFolder(nodefs.realPath(stream.node))
        this.syncs += 1
      } catch (error) {
        this.#fail(error)
      }
      return 0
    }
  }
}

/** Makes the names in a folder durable. Windows syncs them with the files, and cannot open a folder. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
