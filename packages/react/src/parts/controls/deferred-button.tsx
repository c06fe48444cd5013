import { type ComponentType, type LazyExoticComponent, type ReactNode, Suspense, useState } from 'react'

/** Props of the component that replaces the button: it renders the button again, with its popup open. */
export interface DeferredPartProps {
  readonly defaultOpen: boolean
}

/** A button whose popup is loaded lazily: preloaded on hover or focus, and opened by the first press. */
export function DeferredButton<P extends object>({
  part: Part,
  load,
  props,
  className,
  label,
  children,
  isActive = false,
  popup = 'menu',
}: {
  part: LazyExoticComponent<ComponentType<P & DeferredPartProps>>
  load: () => Promise<unknown>
  props: P
  className: string
  label?: string | undefined
  children: ReactNode
  isActive?: boolean
  /** Type of the popup. @default 'menu' */
  popup?: 'menu' | 'dialog'
}): ReactNode {
  const [isRequested, setRequested] = useState(false)
  const button = (
    <button
      type="button"
      className={className}
      aria-label={label}
      aria-haspopup={popup}
      aria-expanded="false"
      aria-busy={isRequested || undefined}
      data-active={isActive ? '' : undefined}
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
      onClick={() => setRequested(true)}
    >
      {children}
    </button>
  )
  if (!isRequested) return button
  return (
    <Suspense fallback={button}>
      <Part {...props} defaultOpen={true} />
    </Suspense>
  )
}
