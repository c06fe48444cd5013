import { type KeyboardEvent, type ReactNode, useId } from 'react'
import { useSearchParams } from 'react-router'

/** Tabs that keep the selected tab in the URL: `?tab=History`. */
export function Tabs({ tabs }: { tabs: Readonly<Record<string, ReactNode>> }) {
  const [search, setSearch] = useSearchParams()
  const id = useId()
  const names = Object.keys(tabs)
  const chosen = names.find((name) => name === search.get('tab')) ?? names[0] ?? ''

  function choose(name: string) {
    // Reads the URL itself: the router's copy lacks parameters that others set, such as filters.
    const next = new URLSearchParams(location.search)
    if (name === names[0]) next.delete('tab')
    else next.set('tab', name)
    setSearch(next, { replace: true })
  }

  function move(event: KeyboardEvent<HTMLElement>) {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const next = names[(names.indexOf(chosen) + step + names.length) % names.length]
    if (step === 0 || next === undefined) return
    choose(next)
    document.getElementById(`${id}-${next}`)?.focus()
  }

  return (
    <>
      <div className="tabs" onKeyDown={move} role="tablist">
        {names.map((name) => (
          <button
            aria-controls={`${id}-panel`}
            aria-selected={name === chosen}
            id={`${id}-${name}`}
            key={name}
            onClick={() => choose(name)}
            role="tab"
            tabIndex={name === chosen ? 0 : -1}
            type="button"
          >
            {name}
          </button>
        ))}
      </div>
      <div aria-labelledby={`${id}-${chosen}`} className="tab-panel" id={`${id}-panel`} role="tabpanel">
        <h2 className="sr-only">{chosen}</h2>
        {tabs[chosen]}
      </div>
    </>
  )
}
