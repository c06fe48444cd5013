/** Texts of `ActivityExport`. */
export interface ExportMessages {
  /** Label of the menu button. */
  actions(count: number, text: string): string
  selectRowsFirst: string
  selectedRows: string
  copyCsv: string
  copyJsonRows: string
  exportCsv: string
  exportJson: string
  allMatching: string
  exportAllCsv: string
  exportAllJson: string
  copiedRows(count: number, text: string): string
  exportedRows(count: number, text: string): string
  exporting: string
  exportDone: string
  exportFailed(reason: string): string
}
