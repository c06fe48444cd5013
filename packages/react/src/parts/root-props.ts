import { useActivityContext } from '../provider/context.ts'

/** Joins class names, leaving out what is absent. */
export function classes(...names: readonly (string | undefined | false)[]): string {
  return names.filter(Boolean).join(' ')
}

/** What the outermost element of each component and of each portal carries: the tokens' class, theme and direction. */
export function useRootProps(...names: readonly (string | undefined | false)[]) {
  const { theme, dir } = useActivityContext()
  return {
    className: classes('whodid', ...names),
    'data-whodid-theme': theme,
    ...(dir === undefined ? {} : { dir }),
  }
}
