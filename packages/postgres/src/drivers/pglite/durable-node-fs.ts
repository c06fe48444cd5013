import { closeSync, fsyncSync, openSync } from 'node:fs'
import { NodeFS } from '@electric-sql/pglite/nodefs'

type Init = NodeFS['init']

interface NodeStream {
  /** The file descriptor. A folder has none. */
  readonly nfd?: number
  readonly node: unknown
}

/** The part of Emscripten's NODEFS that is used here. */
interface NodeFileSystem {
  readonly stream_ops: { fsync?: (stream: NodeStream) => number }
  realPath(node: unknown): string
}

function isNodeFileSystem(value: unknown): value is NodeFileSystem {
  return typeof value === 'object' && value !== null && 'stream_ops' in value && 'realPath' in value
}

/**
 * NODEFS with a working fsync. Emscripten's does nothing, so plain PGlite acknowledges commits that a power cut loses:
 * https://github.com/electric-sql/pglite/issues/1107
 */
export class DurableNodeFS extends NodeFS {
  /** The number of files and folders synced. */
  syncs = 0
  readonly #onFailure: (error: unknown) => void

  /** `onFailure` must end the thread: after a failed fsync PGlite would continue to acknowledge commits. */
  constructor(dir: string, onFailure: (error: unknown) => void) {
    super(dir)
    this.#onFailure = onFailure
  }

  override async init(...[pglite, options]: Parameters<Init>): ReturnType<Init> {
    const { emscriptenOpts } = await super.init(pglite, options)
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        onAbort: this.#onFailure,
        preRun: [...(emscriptenOpts.preRun ?? []), (module) => this.#install(module.NODEFS)],
      },
    }
  }

  #install(nodefs: unknown) {
    if (!isNodeFileSystem(nodefs))
      throw new Error(
        'This version of PGlite has no NODEFS, so writes cannot be made durable. Install a supported version.',
      )
    nodefs.stream_ops.fsync = (stream) => {
      try {
        if (stream.nfd !== undefined) fsyncSync(stream.nfd)
        else syncFolder(nodefs.realPath(stream.node))
        this.syncs += 1
      } catch (error) {
        this.#onFailure(error)
      }
      return 0
    }
  }
}

/** Syncs the entries of a folder. Windows syncs them with the files and cannot open a folder. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
