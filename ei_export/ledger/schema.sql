-- The ledger: what was seen, declared and answered. Dates are YYYY-MM-DD, amounts cents.
-- Each statement makes what isn't there yet: an older ledger gets the rest of it after its upgrade-N.sql.

CREATE TABLE IF NOT EXISTS run (
    run INTEGER PRIMARY KEY,           -- R000001 is 1; only runs that declared something
    today TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('staged', 'published', 'withdrawn')),
    staging TEXT NOT NULL,             -- where it waits until it is published; absolute
    folder TEXT NOT NULL,              -- where it is published; absolute
    input TEXT NOT NULL,
    version TEXT NOT NULL,
    withdrawn_on TEXT,                 -- when it was withdrawn, if it was, and why
    withdrawn_why TEXT
);

CREATE TABLE IF NOT EXISTS declaration (
    invoice TEXT PRIMARY KEY,          -- never used again
    run INTEGER NOT NULL REFERENCES run,
    file TEXT NOT NULL,                -- relative to the run's folder
    standard TEXT NOT NULL,
    uzovi TEXT NOT NULL,
    insurer TEXT NOT NULL,
    persons INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    amount_cents INTEGER NOT NULL,     -- debit minus credit
    sha256 TEXT NOT NULL,
    provider TEXT NOT NULL DEFAULT '', -- JSON: who declared, as its header says; '' = sent before this was kept
    first_reference TEXT NOT NULL DEFAULT '', -- its lines are those from this reference
    last_reference TEXT NOT NULL DEFAULT '',  -- up to and including this one
    contradicted INTEGER NOT NULL DEFAULT 0   -- 1: its run was withdrawn, and an answer shows that it was sent
) WITHOUT ROWID;

-- The practice that the ledger is of: the AGB codes it declared under, each since when.
CREATE TABLE IF NOT EXISTS owner (agb TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID;

-- Appointments from before published runs were read back, and that no feed showed since: contacts may be missing.
CREATE TABLE IF NOT EXISTS recovered (appointment_id TEXT PRIMARY KEY) WITHOUT ROWID;

-- By the list of runs in a folder of runs, the one that wrote in this ledger last: an older copy knows of fewer.
CREATE TABLE IF NOT EXISTS listed (folder PRIMARY KEY, run INTEGER NOT NULL) WITHOUT ROWID;

-- Tests declare nothing: only their numbers are kept, T000001 is 1.
CREATE TABLE IF NOT EXISTS test_run (
    run INTEGER PRIMARY KEY,
    today TEXT NOT NULL,
    invoices INTEGER NOT NULL
);

-- The person of a line as sent: the record without its numbering.
CREATE TABLE IF NOT EXISTS person (
    person INTEGER PRIMARY KEY,
    sent TEXT NOT NULL
);

-- A line as sent. Debits of one appointment are numbered by attempt, so that none is ever sent twice by mistake.
CREATE TABLE IF NOT EXISTS line (
    reference TEXT PRIMARY KEY,
    appointment_id TEXT NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 1,
    debit_credit TEXT NOT NULL DEFAULT 'D' CHECK (debit_credit IN ('D', 'C')),
    patient_id TEXT NOT NULL,
    trajectory TEXT NOT NULL,
    uzovi TEXT NOT NULL,
    date TEXT NOT NULL,
    code TEXT NOT NULL,
    list TEXT NOT NULL,
    f_code TEXT NOT NULL,
    units INTEGER NOT NULL,
    amount_cents INTEGER NOT NULL,
    invoice TEXT NOT NULL REFERENCES declaration,
    rule TEXT NOT NULL,
    person INTEGER NOT NULL REFERENCES person,
    sent TEXT NOT NULL,                -- the record without its numbering and reference
    previous TEXT REFERENCES line,     -- of a credit: the debit it takes back
    who INTEGER,                       -- the person, as Ledger.hashed makes it: a performance of theirs is declared once
    UNIQUE (appointment_id, debit_credit, attempt)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS line_who ON line (who, date) WHERE debit_credit = 'D';
CREATE INDEX IF NOT EXISTS line_previous ON line (previous) WHERE previous IS NOT NULL;

-- The answer to a declaration; there is one at most (STB 5.2, 6.10).
CREATE TABLE IF NOT EXISTS answer (
    invoice TEXT PRIMARY KEY REFERENCES declaration,
    sha256 TEXT NOT NULL UNIQUE,       -- of the return file
    file TEXT NOT NULL,                -- its name
    read_on TEXT NOT NULL,
    dated TEXT NOT NULL,               -- as the file says itself
    standard TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('refused', 'answered')), -- refused: as a whole, before anyone judged its lines
    codes TEXT NOT NULL,               -- return codes of the whole, a space between
    declared_cents INTEGER NOT NULL,   -- debit minus credit, both
    granted_cents INTEGER NOT NULL
) WITHOUT ROWID;

-- What was written with an answer: with that to a line, or by its invoice with that to the whole.
CREATE TABLE IF NOT EXISTS remark (number TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;

-- Of the answers that refuse the whole, those that are surely the insurer's own and not VECOZO's.
CREATE TABLE IF NOT EXISTS insurer_answer (invoice TEXT PRIMARY KEY REFERENCES answer) WITHOUT ROWID;

-- The answer to one line. A line of an answered declaration that has none was granted in full; of a refused one, found
-- good and refused with the rest.
CREATE TABLE IF NOT EXISTS line_answer (
    reference TEXT PRIMARY KEY REFERENCES line,
    status TEXT NOT NULL CHECK (status IN ('granted', 'partly_granted', 'refused')),
    calculated_cents INTEGER NOT NULL, -- what may be claimed according to the insurer
    granted_cents INTEGER NOT NULL,
    codes TEXT NOT NULL                -- return codes of the line and of its person, a space between
) WITHOUT ROWID;

-- What is still to be done about a debit that does not simply stand.
-- credit: a credit of it goes out 'now' (with the next run), or once the 'header' would be another.
-- again: its appointment is due again: 'now'; or as soon as it comes to another 'line', another 'header' or another row
--   in the 'feed' than was sent. 'header': the one that the file was refused with, as in declaration.provider.
CREATE TABLE IF NOT EXISTS correction (
    reference TEXT PRIMARY KEY REFERENCES line,
    appointment_id TEXT NOT NULL,
    patient_id TEXT NOT NULL,
    credit TEXT CHECK (credit IN ('now', 'header')),
    again TEXT CHECK (again IN ('now', 'line', 'header', 'feed')),
    header TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS correction_patient ON correction (patient_id);

-- With what persons are hashed, so that nobody reads in `who` and `born` whose they are.
CREATE TABLE IF NOT EXISTS secret (key BLOB NOT NULL);
INSERT INTO secret SELECT randomblob(16) WHERE NOT EXISTS (SELECT 1 FROM secret);

-- What a person asked for, and why.
CREATE TABLE IF NOT EXISTS request (
    request INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    asked TEXT NOT NULL CHECK (asked IN ('credit', 'redeclare', 'correct', 'cancel')), -- cancel: no credit after all
    reference TEXT NOT NULL REFERENCES line,
    why TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS request_reference ON request (reference);

-- All that is known of one patient, so that a run reads or writes a patient in one go.
-- appointments: JSON, an array each: outcome, units and declare-under code of its line, the texts of the feed in the
--   order of dossier.CORE, a mark of the row it was sent from; then, of one to be tried again, and of a declared one that
--   the feed changed since, an object: its texts by column, what was found wrong, what kind of change it is.
-- trajectories: JSON, an array each as in the view below.
-- digest: of the patient's rows when nothing was left to do; tally: what such rows count as when seen again, name=count.
-- person: JSON, what the feed said of the person when it was heard of last, by column.
-- last: the last day of an appointment in it.
CREATE TABLE IF NOT EXISTS dossier (
    patient_id TEXT PRIMARY KEY,
    run_key INTEGER NOT NULL,          -- which commit wrote it last
    pending INTEGER NOT NULL,          -- appointments to be tried again, or changed since they were declared
    digest BLOB,
    tally TEXT,
    appointments TEXT NOT NULL,
    trajectories TEXT NOT NULL,
    person TEXT NOT NULL DEFAULT '',
    last TEXT NOT NULL DEFAULT '',
    who INTEGER,                       -- the person that the patient is, as Ledger.hashed makes it; NULL: not known
    born INTEGER,                      -- and the birth date, in the same way
    sex TEXT NOT NULL DEFAULT '',      -- 1, 2 or '' where it is not known
    unexplained TEXT NOT NULL DEFAULT '' -- JSON: code and declare-under code, an array each, of appointments whose code
                                       -- stands for nothing that is known; '': none. Of these every text is kept
);
CREATE INDEX IF NOT EXISTS dossier_last ON dossier (last);
CREATE INDEX IF NOT EXISTS dossier_who ON dossier (who, born, sex) WHERE who IS NOT NULL;
CREATE INDEX IF NOT EXISTS dossier_run_key ON dossier (run_key);
CREATE INDEX IF NOT EXISTS dossier_unexplained ON dossier (unexplained) WHERE unexplained <> '';
CREATE INDEX IF NOT EXISTS dossier_pending ON dossier (patient_id) WHERE pending > 0;

-- Whose an appointment or trajectory number is; kept from the dossiers.
CREATE TABLE IF NOT EXISTS appointment_owner (appointment_id TEXT PRIMARY KEY, patient_id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS trajectory_owner (number TEXT PRIMARY KEY, patient_id TEXT NOT NULL) WITHOUT ROWID;

CREATE VIEW IF NOT EXISTS appointment AS
SELECT json_extract(value, '$[3]') AS appointment_id, patient_id, json_extract(value, '$[0]') AS outcome,
       json_extract(value, '$[4]') AS date, json_extract(value, '$[5]') AS code,
       json_extract(value, '$[6]') AS declare_under, json_extract(value, '$[7]') AS trajectory_id,
       json_extract(value, '$[8]') AS uzovi, json_extract(value, '$[9]') AS diagnosis_code
FROM dossier, json_each(dossier.appointments);

-- Declared appointments of which the feed said something else since: another 'row', one that was 'said' to be otherwise
-- and is not told of again, 'cancelled', or another 'count' of contacts.
CREATE VIEW IF NOT EXISTS heard AS
SELECT json_extract(value, '$[3]') AS appointment_id, patient_id, json_extract(value, '$[12].change') AS change, pending
FROM dossier, json_each(dossier.appointments)
WHERE json_extract(value, '$[0]') = 'declared' AND json_array_length(value) > 12;

-- Those that are told of until that is put right.
CREATE VIEW IF NOT EXISTS changed AS
SELECT appointment_id, patient_id, change FROM heard WHERE pending > 0 AND change <> 'said';

CREATE VIEW IF NOT EXISTS contact AS SELECT * FROM appointment WHERE outcome = 'counted';

CREATE VIEW IF NOT EXISTS trajectory AS
SELECT patient_id, json_extract(value, '$[0]') AS trajectory, json_extract(value, '$[1]') AS number,
       json_extract(value, '$[2]') AS insurer, json_extract(value, '$[3]') AS program,
       json_extract(value, '$[4]') AS profile, json_extract(value, '$[5]') AS started,
       json_extract(value, '$[6]') AS ended, json_extract(value, '$[7]') AS contacts,
       coalesce(json_extract(value, '$[8]'), json_extract(value, '$[5]')) AS last
FROM dossier, json_each(dossier.trajectories);

-- What became of each line, but for those of withdrawn runs. status: sent, granted, partly_granted, refused or credited;
-- granted_cents: NULL while there is no answer. A credit's amounts count as negative.
CREATE VIEW IF NOT EXISTS line_status AS
SELECT line.reference, line.appointment_id, line.patient_id, line.trajectory, line.uzovi, declaration.insurer, line.date,
       line.code, line.f_code, line.units, line.debit_credit, line.amount_cents, line.invoice, declaration.run,
       CASE
           WHEN answer.kind = 'refused' OR line_answer.status = 'refused' THEN 'refused'
           WHEN line.debit_credit = 'D' AND EXISTS (
               SELECT 1 FROM line AS credit
               JOIN declaration AS its_declaration ON its_declaration.invoice = credit.invoice
               JOIN run AS its_run ON its_run.run = its_declaration.run
               LEFT JOIN answer AS its_answer ON its_answer.invoice = credit.invoice
               LEFT JOIN line_answer AS its_line ON its_line.reference = credit.reference
               WHERE credit.previous = line.reference AND its_run.state <> 'withdrawn'
                   AND coalesce(its_answer.kind, '') <> 'refused' AND coalesce(its_line.status, '') <> 'refused'
           ) THEN 'credited'
           WHEN answer.invoice IS NULL THEN 'sent'
           ELSE coalesce(line_answer.status, 'granted')
       END AS status,
       CASE
           WHEN answer.invoice IS NULL THEN NULL
           WHEN answer.kind = 'refused' THEN 0
           ELSE coalesce(line_answer.granted_cents, line.amount_cents)
       END AS granted_cents,
       coalesce(line_answer.codes, CASE answer.kind WHEN 'refused' THEN answer.codes END, '') AS return_codes,
       coalesce(
           (SELECT text FROM remark WHERE number = line.reference),
           CASE answer.kind WHEN 'refused' THEN (SELECT text FROM remark WHERE number = line.invoice) END,
           ''
       ) AS remark,
       line.previous, line.attempt
FROM line
JOIN declaration ON declaration.invoice = line.invoice
JOIN run ON run.run = declaration.run
LEFT JOIN answer ON answer.invoice = line.invoice
LEFT JOIN line_answer ON line_answer.reference = line.reference
WHERE run.state <> 'withdrawn';

-- What became of each declaration. state: sent, refused (as a whole), answered or withdrawn.
CREATE VIEW IF NOT EXISTS declaration_status AS
SELECT declaration.invoice, declaration.run, declaration.file, declaration.standard, declaration.uzovi,
       declaration.insurer, declaration.persons, declaration.lines, declaration.amount_cents,
       CASE WHEN run.state = 'withdrawn' THEN 'withdrawn' ELSE coalesce(answer.kind, 'sent') END AS state,
       answer.granted_cents
FROM declaration
JOIN run ON run.run = declaration.run
LEFT JOIN answer ON answer.invoice = declaration.invoice;

-- Where the money is, by insurer: declared_cents - credited_cents = granted_cents + refused_cents + open_cents, always.
-- In the last three a credit counts as negative.
CREATE VIEW IF NOT EXISTS sums AS
SELECT insurer, uzovi, sum(amount_cents + coalesce(credited, 0)) AS declared_cents,
       sum(coalesce(credited, 0)) AS credited_cents,
       sum(coalesce(granted_cents, 0)) AS granted_cents,
       sum(CASE WHEN granted_cents IS NULL THEN 0 ELSE amount_cents - granted_cents END) AS refused_cents,
       sum(CASE WHEN granted_cents IS NULL THEN amount_cents ELSE 0 END) AS open_cents
FROM declaration_status
LEFT JOIN (SELECT invoice, sum(amount_cents) AS credited FROM line WHERE previous IS NOT NULL GROUP BY invoice)
    USING (invoice)
WHERE state <> 'withdrawn'
GROUP BY insurer, uzovi;
