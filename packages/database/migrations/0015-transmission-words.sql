-- One word for what ended well, whichever service wrote it.
update transmissions set outcome = 'complete' where outcome in ('completed', 'answered');
