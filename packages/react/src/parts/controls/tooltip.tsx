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

interface OpenTooltip {
  readonly anchor: HTMLElement
  readonly text: string
}

interface TooltipController {
  show(tooltip: OpenTooltip): void
  hide(anchor: HTMLElement): void
}

const TooltipContext = createContext<TooltipController | null>(null)

/** Hover time before a tooltip opens. */
const HOVER_DELAY_MS = 350

/** Renders the open tooltip, at most one at a time. Its popup is loaded when first needed. */
export function TooltipLayer({ children }: { children: ReactNode }): ReactNode {
  const [openTooltip, setOpenTooltip] = useState<OpenTooltip | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  const controller = useMemo<TooltipController>(
    () => ({
      show(next) {
        clearTimeout(timer.current)
        timer.current = setTimeout(() => next.anchor.isConnected && setOpenTooltip(next), HOVER_DELAY_MS)
      },
      hide(anchor) {
        clearTimeout(timer.current)
        setOpenTooltip((current) => (current?.anchor === anchor ? null : current))
      },
    }),
    [],
  )
  const close = useCallback(() => setOpenTooltip(null), [])

  return (
    <TooltipContext.Provider value={controller}>
      {children}
      {openTooltip && (
        <Suspense fallback={null}>
          <TooltipPopup anchor={openTooltip.anchor} text={openTooltip.text} onClose={close} />
        </Suspense>
      )}
    </TooltipContext.Provider>
  )
}

/** Returns props that add a tooltip to an element. While it is closed, the element's `title` has the same text. */
export function useTooltip(text: string | undefined) {
  const controller = useContext(TooltipContext)
  if (controller === null || text === undefined) return {}
  const show = (event: SyntheticEvent<HTMLElement>) => {
    const anchor = event.currentTarget
    // Pointer focus does not open the tooltip.
    if (event.type === 'focus' && !anchor.matches(':focus-visible')) return
    anchor.title = ''
    controller.show({ anchor, text })
  }
  const hide = (event: SyntheticEvent<HTMLElement>) => {
    const anchor = event.currentTarget
    anchor.title = text
    controller.hide(anchor)
  }
  return { title: text, onPointerEnter: show, onPointerLeave: hide, onFocus: show, onBlur: hide, onPointerDown: hide }
}
