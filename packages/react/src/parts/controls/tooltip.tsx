import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  type SyntheticEvent,
  useCallback,
  useContext,
  useMemo,
  useRef,
  useState,
} from 'react'

const TooltipPopup = lazy(() => import('./tooltip-popup.tsx'))

interface Shown {
  readonly anchor: HTMLElement
  readonly text: string
}

interface Layer {
  show(shown: Shown): void
  hide(anchor: HTMLElement): void
}

const LayerContext = createContext<Layer | null>(null)

/** How long the pointer rests before a tooltip comes, in milliseconds. */
const REST = 350

/** Draws the one tooltip that is open at a time, and loads what draws it when it is first needed. */
export function TooltipLayer({ children }: { children: ReactNode }): ReactNode {
  const [shown, setShown] = useState<Shown | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  const layer = useMemo<Layer>(
    () => ({
      show(next) {
        clearTimeout(timer.current)
        timer.current = setTimeout(() => next.anchor.isConnected && setShown(next), REST)
      },
      hide(anchor) {
        clearTimeout(timer.current)
        setShown((current) => (current?.anchor === anchor ? null : current))
      },
    }),
    [],
  )
  const close = useCallback(() => setShown(null), [])

  return (
    <LayerContext.Provider value={layer}>
      {children}
      {shown && (
        <Suspense fallback={null}>
          <TooltipPopup anchor={shown.anchor} text={shown.text} onClose={close} />
        </Suspense>
      )}
    </LayerContext.Provider>
  )
}

/**
 * Props that give an element a tooltip for pointer and keyboard. Until it opens, the same text is the element's `title`,
 * so that it is there before any script has run.
 */
export function useTooltip(text: string | undefined) {
  const layer = useContext(LayerContext)
  if (layer === null || text === undefined) return {}
  const show = (event: SyntheticEvent<HTMLElement>) => {
    const anchor = event.currentTarget
    // A press moves the focus too, and needs no explanation of what it pressed.
    if (event.type === 'focus' && !anchor.matches(':focus-visible')) return
    anchor.title = ''
    layer.show({ anchor, text })
  }
  const hide = (event: SyntheticEvent<HTMLElement>) => {
    const anchor = event.currentTarget
    anchor.title = text
    layer.hide(anchor)
  }
  return { title: text, onPointerEnter: show, onPointerLeave: hide, onFocus: show, onBlur: hide, onPointerDown: hide }
}
