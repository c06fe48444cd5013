import { useActivityContext } from '../provider/context.ts'

/** Joins class names, skipping absent ones. */
export function joinClassNames(...names: readonly (string | undefined | false)[]): string {
  return names.filter(Boolean).join(' ')
}

/** Returns the props of the root element of a component or portal: class, theme and direction. */
export function useRootProps(...names: readonly (string | undefined | false)[]) {
  const { theme, dir } = useActivityContext()
  return {
    className: joinClassNames('whodid', ...names),
    'data-whodid-theme': theme,
    ...(dir === undefined ? {} : { dir }),
  }
}
