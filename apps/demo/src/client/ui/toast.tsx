import { createContext, type ReactNode, useCallback, useContext, useState } from 'react'

interface Toast {
  readonly id: number
  readonly text: string
  readonly tone: 'good' | 'bad'
}

const ToastContext = createContext<(text: string, tone?: Toast['tone']) => void>(() => {})
const VISIBLE_MS = 5_000
let nextId = 1

/** Returns a function that shows a toast, announced to screen readers. */
export function useToast() {
  return useContext(ToastContext)
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([])
  const show = useCallback((text: string, tone: Toast['tone'] = 'good') => {
    const toast = { id: nextId++, text, tone }
    setToasts((shown) => [...shown.slice(-2), toast])
    setTimeout(() => setToasts((shown) => shown.filter((one) => one !== toast)), VISIBLE_MS)
  }, [])
  return (
    <ToastContext.Provider value={show}>
      {children}
      <div aria-live="polite" className="toasts">
        {toasts.map(({ id, text, tone }) => (
          <p className="toast" data-tone={tone} key={id}>
            {text}
          </p>
        ))}
      </div>
    </ToastContext.Provider>
  )
}
