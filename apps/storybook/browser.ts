import { spyOn } from 'storybook/test'

/** A file that the page saved. */
export interface SavedFile {
  readonly name: string
  text(): Promise<string>
}

/** Captures the files that the page saves, until it is disposed. */
export function captureDownloads(): { last(): SavedFile | undefined } & Disposable {
  const files: SavedFile[] = []
  const click = spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    const { href, download } = this
    const content = fetch(href).then((response) => response.text())
    files.push({ name: download, text: () => content })
  })
  return { last: () => files.at(-1), [Symbol.dispose]: () => click.mockRestore() }
}

/** Captures the text that the page copies, until it is disposed. */
export function captureCopies(): { last(): string } & Disposable {
  const copies: string[] = []
  const write = spyOn(navigator.clipboard, 'writeText').mockImplementation(async (text) => {
    copies.push(text)
  })
  return { last: () => copies.at(-1) ?? '', [Symbol.dispose]: () => write.mockRestore() }
}
