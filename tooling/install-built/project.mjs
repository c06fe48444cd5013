import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The versions of packages that the README installs without one, or takes for granted. */
const VERSIONS = {
  '@electric-sql/pglite': '~0.5.16',
  '@tanstack/react-query': '^5.80.3',
  '@types/express': '^5.0.0',
  '@types/node': '^20.0.0',
  '@types/pg': '^8.0.0',
  express: '^5.0.0',
  pg: '^8.11.0',
}

/** Creates an empty project outside the repository, with the packed packages at hand. */
export function createProject(folder, packages) {
  const tarballs = Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`]))

  function pinVersions(names) {
    return names.map((name) => {
      const version = tarballs[name] ?? VERSIONS[name]
      if (!version) throw new Error(`Add a version of ${name} to the versions of the install tests.`)
      return [name, version]
    })
  }

  return {
    folder,
    packages,

    /** Installs packages by name, and others by version. npm fails if their peers conflict. */
    install({ type, names, versions = {}, devVersions = {} }) {
      const dependencies = { ...Object.fromEntries(pinVersions(names)), ...versions }
      const manifest = { private: true, type, dependencies, devDependencies: devVersions, overrides: tarballs }
      this.write('package.json', JSON.stringify(manifest))
      this.run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'])
    },

    write(path, content) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    },

    /** Runs a command to its end. Throws with its output if it fails, unless it may. */
    run(command, args, { canFail = false } = {}) {
      const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' })
      if (status !== 0 && !canFail) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`)
      return stdout + stderr
    },

    /** Returns the versions of an installed package: none if it was not installed. */
    findInstalled(name) {
      return readdirSync(join(folder, 'node_modules'), { recursive: true, encoding: 'utf8' }).filter((path) =>
        `/${path}`.endsWith(`/${name}/package.json`),
      )
    },
  }
}
