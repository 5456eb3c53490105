/**
 * Condition that the sender of the order `o` holds the study `s`: an accession number is only as unique as its issuer is honest,
 * and what one entity says of its orders is nothing to the studies of another.
 */
export const orderIsOfHolder = `exists (select from entities sender where sender.code = o.origin and (
  s.owner_entity_id = sender.id or s.several_holders and exists (
    select from holders h where h.study_id = s.id and h.entity_id = sender.id)))`
