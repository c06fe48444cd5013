import { type ComponentType, type LazyExoticComponent, type ReactNode, Suspense, useState } from 'react'

/** What a deferred part is drawn with: it is the button and what the button opens, open at first. */
export interface DeferredProps {
  readonly defaultOpen: boolean
}

/**
 * A button whose popup is loaded when it is first needed: at the first sign of a pointer or of focus, and opened by the
 * first press.
 */
export function Deferred<P extends object>({
  part: Part,
  load,
  props,
  className,
  label,
  children,
  active = false,
  popup = 'menu',
}: {
  part: LazyExoticComponent<ComponentType<P & DeferredProps>>
  load: () => Promise<unknown>
  props: P
  className: string
  label?: string | undefined
  children: ReactNode
  active?: boolean
  /** What the button opens. @default 'menu' */
  popup?: 'menu' | 'dialog'
}): ReactNode {
  const [wanted, setWanted] = useState(false)
  const button = (
    <button
      type="button"
      className={className}
      aria-label={label}
      aria-haspopup={popup}
      aria-expanded="false"
      aria-busy={wanted || undefined}
      data-active={active ? '' : undefined}
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
      onClick={() => setWanted(true)}
    >
      {children}
    </button>
  )
  if (!wanted) return button
  return (
    <Suspense fallback={button}>
      <Part {...props} defaultOpen={true} />
    </Suspense>
  )
}
