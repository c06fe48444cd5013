import { useState } from 'react'
import type { Row } from '../../server/records.ts'
import { api } from '../api.ts'
import { useAction, useData } from '../data.ts'
import { Button } from '../ui/button.tsx'

/** Asks for cookie consent once. The choice can be changed in the settings. */
export function ConsentBanner() {
  const { data, isSuccess } = useData<Row<'consent'> | null>('/consent')
  const { click } = useAction()
  const [choosing, setChoosing] = useState(false)
  if (!isSuccess || (data && data.choice !== 'withdrawn')) return null
  const choose = (analytics: boolean, marketing: boolean) =>
    click(() => api.put('/consent', { analytics, marketing, via: 'banner' }))
  return (
    <section aria-label="Cookies" className="consent">
      <p>
        Acme Cloud uses cookies to keep you signed in. With your consent, it also uses cookies for analytics and
        marketing.
      </p>
      <div>
        {choosing ? (
          <>
            <Button onClick={choose(true, false)}>Analytics only</Button>
            <Button onClick={choose(false, true)}>Marketing only</Button>
          </>
        ) : (
          <>
            <Button onClick={() => setChoosing(true)} variant="quiet">
              Choose
            </Button>
            <Button onClick={choose(false, false)}>Reject</Button>
            <Button onClick={choose(true, true)} variant="primary">
              Accept all
            </Button>
          </>
        )}
      </div>
    </section>
  )
}
