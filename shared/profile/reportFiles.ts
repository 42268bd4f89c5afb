/** What a run leaves behind of its data: in the folder `data` of its own, and in that of its model. */
export const REPORT_FILES = ['profile.json', 'schema.json', 'validation.json', 'profile.html'] as const;
export type ReportFile = (typeof REPORT_FILES)[number];
