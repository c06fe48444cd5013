import { useState } from 'react'
import type { Row } from '../../server/records.ts'
import { api } from '../api.ts'
import { useAction, useData } from '../data.ts'
import { Button } from '../ui/button.tsx'

/** Asks once which cookies may be kept; what is chosen can be changed under settings. */
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
        Acme Cloud uses cookies to keep you signed in. May it also use some to count visits and to tell you about news?
      </p>
      <div>
        {choosing ? (
          <>
            <Button onClick={choose(true, false)}>Analytics only</Button>
            <Button onClick={choose(false, true)}>News only</Button>
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
