import { defineCatalog } from '@whodid/core'

/** The catalog of the app under test. */
export const catalog = defineCatalog({
  project: {
    label: 'Project',
    actions: {
      created: '{resource.name} was created',
      archived: { say: '{resource.name} was archived', aliases: ['project.hidden'] },
    },
  },
  report: { label: 'Report', actions: { downloaded: { kind: 'other', say: 'Report {resource.id} was downloaded' } } },
})
