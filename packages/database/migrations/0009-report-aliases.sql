-- The numbers of messages and resources that carried a document: under these it may be taken back without the document.
alter table report_keys drop constraint report_keys_kind_check;
alter table report_keys add constraint report_keys_kind_check
  check (kind in ('study', 'accession', 'placer', 'filler', 'prescription', 'patient', 'replaces', 'alias'));
