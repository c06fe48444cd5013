import { spyOn } from 'storybook/test'

/** A file that the page asked the browser to save. */
export interface SavedFile {
  readonly name: string
  text(): Promise<string>
}

/** Takes the files that the page saves from now on, in the browser's place, until it is disposed. */
export function takeSavedFiles(): { last(): SavedFile | undefined } & Disposable {
  const files: SavedFile[] = []
  const click = spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    const { href, download } = this
    const content = fetch(href).then((response) => response.text())
    files.push({ name: download, text: () => content })
  })
  return { last: () => files.at(-1), [Symbol.dispose]: () => click.mockRestore() }
}

/** Takes what the page copies from now on, in the clipboard's place, until it is disposed. */
export function takeCopies(): { last(): string } & Disposable {
  const copies: string[] = []
  const write = spyOn(navigator.clipboard, 'writeText').mockImplementation(async (text) => {
    copies.push(text)
  })
  return { last: () => copies.at(-1) ?? '', [Symbol.dispose]: () => write.mockRestore() }
}
