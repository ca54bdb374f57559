-- The ledger: what was seen, declared and (later) answered. Dates are YYYY-MM-DD, amounts cents.

CREATE TABLE run (
    run INTEGER PRIMARY KEY,           -- R000001 is 1; only runs that declared something
    today TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('staged', 'published')),
    staging TEXT NOT NULL,             -- where it waits until it is published; absolute
    folder TEXT NOT NULL,              -- where it is published; absolute
    input TEXT NOT NULL,
    version TEXT NOT NULL
);

CREATE TABLE declaration (
    invoice TEXT PRIMARY KEY,          -- never used again
    run INTEGER NOT NULL REFERENCES run,
    file TEXT NOT NULL,                -- relative to the run's folder
    standard TEXT NOT NULL,
    uzovi TEXT NOT NULL,
    insurer TEXT NOT NULL,
    persons INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    amount_cents INTEGER NOT NULL,
    sha256 TEXT NOT NULL
) WITHOUT ROWID;

-- The person of a line as sent: the record without its numbering.
CREATE TABLE person (
    person INTEGER PRIMARY KEY,
    sent TEXT NOT NULL
);

-- A line as sent. Debits of one appointment are numbered by attempt, so that none is ever sent twice by mistake.
CREATE TABLE line (
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
    UNIQUE (appointment_id, debit_credit, attempt)
) WITHOUT ROWID;

-- All that is known of one patient, so that a run reads or writes a patient in one go.
-- appointments: JSON, an array each: outcome, units and declare-under code of its line, then the texts of the
--   feed in the order of dossier.SAVED; of settled ones only the first few (dossier.CORE). trajectories: JSON, an array each as in the view below.
-- digest: of the patient's rows when nothing was left to do; tally: what such rows count as when seen again, name=count.
CREATE TABLE dossier (
    patient_id TEXT PRIMARY KEY,
    run_key INTEGER NOT NULL,          -- which commit wrote it last
    pending INTEGER NOT NULL,          -- appointments to be tried again
    digest BLOB,
    tally TEXT,
    appointments TEXT NOT NULL,
    trajectories TEXT NOT NULL
);
CREATE INDEX dossier_run_key ON dossier (run_key);
CREATE INDEX dossier_pending ON dossier (patient_id) WHERE pending > 0;

-- Whose an appointment or trajectory number is; kept from the dossiers.
CREATE TABLE appointment_owner (appointment_id TEXT PRIMARY KEY, patient_id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE trajectory_owner (number TEXT PRIMARY KEY, patient_id TEXT NOT NULL) WITHOUT ROWID;

CREATE VIEW appointment AS
SELECT json_extract(value, '$[3]') AS appointment_id, patient_id, json_extract(value, '$[0]') AS outcome,
       json_extract(value, '$[4]') AS date, json_extract(value, '$[5]') AS code,
       json_extract(value, '$[6]') AS declare_under, json_extract(value, '$[7]') AS trajectory_id,
       json_extract(value, '$[8]') AS uzovi, json_extract(value, '$[9]') AS diagnosis_code
FROM dossier, json_each(dossier.appointments);

CREATE VIEW contact AS SELECT * FROM appointment WHERE outcome = 'counted';

CREATE VIEW trajectory AS
SELECT patient_id, json_extract(value, '$[0]') AS trajectory, json_extract(value, '$[1]') AS number,
       json_extract(value, '$[2]') AS insurer, json_extract(value, '$[3]') AS program,
       json_extract(value, '$[4]') AS profile, json_extract(value, '$[5]') AS started,
       json_extract(value, '$[6]') AS ended, json_extract(value, '$[7]') AS contacts
FROM dossier, json_each(dossier.trajectories);
