-- The ledger: what was seen, declared and answered. Dates are YYYY-MM-DD, amounts cents.

CREATE TABLE run (
    run INTEGER PRIMARY KEY,           -- R000001 is 1; only runs that declared something
    today TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('staged', 'published', 'withdrawn')),
    staging TEXT NOT NULL,             -- where it waits until it is published; absolute
    folder TEXT NOT NULL,              -- where it is published; absolute
    input TEXT NOT NULL,
    version TEXT NOT NULL,
    withdrawn_on TEXT,                 -- when it was withdrawn, if it was, and why
    withdrawn_why TEXT,
    handed_over_on TEXT                -- when its files were handed to VECOZO, if somebody said so
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
    amount_cents INTEGER NOT NULL,     -- debit minus credit
    sha256 TEXT NOT NULL,
    provider TEXT NOT NULL,            -- JSON: who declared, as its header says
    first_reference TEXT NOT NULL,     -- its lines are those from this reference
    last_reference TEXT NOT NULL,      -- up to and including this one
    contradicted INTEGER NOT NULL DEFAULT 0   -- 1: its run was withdrawn, and an answer shows that it was sent
) WITHOUT ROWID;

-- The practice that the ledger is of: the AGB codes it declared under, each since when.
CREATE TABLE owner (agb TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID;

-- Appointments from before published runs were read back, and that no feed showed since: contacts may be missing.
CREATE TABLE recovered (appointment_id TEXT PRIMARY KEY) WITHOUT ROWID;

-- By the list of runs in a folder of runs, the one that wrote in this ledger last: an older copy knows of fewer.
CREATE TABLE listed (folder PRIMARY KEY, run INTEGER NOT NULL) WITHOUT ROWID;

-- Tests declare nothing: only their numbers are kept, T000001 is 1.
CREATE TABLE test_run (
    run INTEGER PRIMARY KEY,
    today TEXT NOT NULL,
    invoices INTEGER NOT NULL
);

-- The person of a line as sent: the record without its numbering.
CREATE TABLE person (
    person INTEGER PRIMARY KEY,
    sent TEXT NOT NULL
);

-- A line as sent, and what became of it. Debits of one appointment are numbered by attempt, so that none is ever sent
-- twice by mistake; so are its credits. What changes it is in events.py.
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
    sent TEXT NOT NULL,                -- the record without its numbering and reference; '' once its person was taken out
    previous TEXT REFERENCES line,     -- of a credit: the debit it takes back
    who INTEGER,                       -- the person, as Ledger.hashed makes it: a performance of theirs is declared once
    therapist TEXT NOT NULL DEFAULT '', -- of a debit: the AGB code of who gave the care, as it was sent; '' where nobody
                                       -- knows any more
    -- What became of it. credited: a credit of it went out, and was not refused; withdrawn: its run was. A debit that is
    -- refused stays so, whatever becomes of a credit of it.
    -- (What a new line has is asked first: to look a word up in a list takes longer than all else that is checked.)
    became TEXT NOT NULL DEFAULT 'sent' CHECK (
        became = 'sent' OR became IN ('granted', 'partly_granted', 'refused', 'credited', 'withdrawn')
    ),
    stands INTEGER AS (became = 'sent' OR became IN ('granted', 'partly_granted')), -- 1: the insurer is held to it
    granted_cents INTEGER,             -- NULL while there is no answer
    is_named INTEGER NOT NULL DEFAULT 0, -- 1: its answer says something of this very line
    codes TEXT NOT NULL DEFAULT '',    -- return codes of its answer, a space between: of the line and its person, or else
                                       -- of the whole where that was refused
    remark TEXT NOT NULL DEFAULT '',   -- what was written with the answer to the line
    -- What is still to be done about a debit, unless it is closed. credit: a credit of it goes out 'now' (with the next
    -- run), or once the 'header' would be another. again: its appointment is due again: 'now'; or as soon as it comes to
    -- another 'line', another 'header' or another row in the 'feed' than was sent.
    to_credit TEXT CHECK (to_credit IS NULL OR to_credit IN ('now', 'header')),
    to_repeat TEXT CHECK (to_repeat IS NULL OR to_repeat IN ('now', 'line', 'header', 'feed')),
    -- What somebody asked for, as long as no run did it: the credit goes out 'now', or the appointment is due again 'now',
    -- whatever the two above say. Taken back, it is as if nobody had asked.
    wish_credit INTEGER REFERENCES request,
    wish_again INTEGER REFERENCES request,
    -- As what somebody closed it, and did not open it again: nothing is to be done about it then, whatever became of it.
    closed_as TEXT CHECK (closed_as IS NULL OR closed_as IN ('write-off', 'patient', 'accepted', 'handled')),
    state TEXT AS (CASE WHEN closed_as IS NULL THEN became ELSE 'closed' END),
    credit TEXT AS (CASE WHEN closed_as IS NULL THEN iif(wish_credit IS NULL, to_credit, 'now') END),
    again TEXT AS (CASE WHEN closed_as IS NULL THEN iif(wish_again IS NULL, to_repeat, 'now') END),
    header TEXT NOT NULL DEFAULT '',   -- the one that its file was refused with, as in declaration.provider
    corrected INTEGER NOT NULL DEFAULT 0, -- 1: a debit that does not simply stand, or once did not: refused, withdrawn,
                                       -- credited, replaced. Its dossier may not know of it as declared
    UNIQUE (appointment_id, debit_credit, attempt)
) WITHOUT ROWID;
CREATE INDEX line_who ON line (who, date) WHERE debit_credit = 'D';
CREATE INDEX line_previous ON line (previous) WHERE previous IS NOT NULL;
CREATE INDEX line_corrected ON line (patient_id) WHERE corrected = 1;
CREATE INDEX line_closed ON line (invoice) WHERE closed_as IS NOT NULL;
-- What is still to be done, and little of it: what is asked every night reads no other line.
CREATE INDEX line_credit ON line (reference) WHERE credit IS NOT NULL;
CREATE INDEX line_again ON line (reference) WHERE again IS NOT NULL;
CREATE INDEX line_partly ON line (reference) WHERE state = 'partly_granted';

-- The answer to a declaration; there is one at most (STB 5.2, 6.10).
CREATE TABLE answer (
    invoice TEXT PRIMARY KEY REFERENCES declaration,
    sha256 TEXT NOT NULL UNIQUE,       -- of the return file
    file TEXT NOT NULL,                -- its name
    read_on TEXT NOT NULL,
    dated TEXT NOT NULL,               -- as the file says itself
    standard TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('refused', 'answered')), -- refused: as a whole, before anyone judged its lines
    by_insurer INTEGER NOT NULL,       -- 1: surely the insurer's own; 0: VECOZO's, which sends on nothing that it refuses
    codes TEXT NOT NULL,               -- return codes of the whole, a space between
    remark TEXT NOT NULL DEFAULT '',   -- what was written with it
    declared_cents INTEGER NOT NULL,   -- debit minus credit, both
    granted_cents INTEGER NOT NULL
) WITHOUT ROWID;

-- With what persons are hashed, so that nobody reads in `who` and `born` whose they are.
CREATE TABLE secret (key BLOB NOT NULL);
INSERT INTO secret VALUES (randomblob(16));

-- What a person asked for, and why. cancel: not after all.
CREATE TABLE request (
    request INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    asked TEXT NOT NULL CHECK (asked IN ('credit', 'redeclare', 'correct', 'cancel')),
    reference TEXT NOT NULL REFERENCES line,
    why TEXT NOT NULL,
    taken_back INTEGER NOT NULL DEFAULT 0 -- 1: no run did it, and none will: somebody took it back, or asked for
                                       -- something else in its place; also of the 'cancel' that did so
);
CREATE INDEX request_reference ON request (reference);

-- What a person closed, or opened again (closed_as NULL), and why: a line, an appointment that waits, or what else is on
-- the work list; see matters.py. The last word on it counts; of a line it is in `closed_as` too.
CREATE TABLE closing (
    closing INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,                -- line, appointment; or that of its task, by the table of kinds
    name TEXT NOT NULL,                -- the reference, the id; of the trajectory; the insurer and the product of a table
    known TEXT NOT NULL,               -- '' of a line and an appointment. Else its day, or its last day, and of a
                                       -- trajectory how many contacts count: it is closed as that was known then
    closed_as TEXT CHECK (closed_as IS NULL OR closed_as IN ('write-off', 'patient', 'accepted', 'handled')),
    why TEXT NOT NULL
);
CREATE INDEX closing_matter ON closing (kind, name, known);

-- What is closed.
CREATE VIEW closed AS
SELECT * FROM closing
WHERE closing IN (SELECT max(closing) FROM closing GROUP BY kind, name, known) AND closed_as IS NOT NULL;

-- All that is known of one patient, so that a run reads or writes a patient in one go.
CREATE TABLE patient (
    patient INTEGER PRIMARY KEY,       -- for the table `owned`
    patient_id TEXT NOT NULL UNIQUE,
    digest BLOB,                       -- of the patient's rows when nothing was left to do
    tally TEXT,                        -- what such rows count as when seen again, name=count
    pending INTEGER NOT NULL,          -- appointments to be tried again, or changed since they were declared
    apart INTEGER NOT NULL,            -- rows of the patient in `unsettled` and `change`
    open_trajectories INTEGER NOT NULL, -- those in it without an end
    last TEXT NOT NULL,                -- the last day of an appointment in it
    who INTEGER,                       -- the person that the patient is, as Ledger.hashed makes it; NULL: not known
    born INTEGER,                      -- and the birth date, in the same way
    sex TEXT NOT NULL,                 -- 1, 2 or '' where it is not known
    birth_year INTEGER,
    consent TEXT NOT NULL,             -- for sharing data with Zorg1: J, N or another word; '': it was never said
    consent_on TEXT NOT NULL,          -- the day of care that it is of: the latest of which there is a word
    consent_by TEXT NOT NULL,          -- the appointment that it was said with
    person TEXT NOT NULL,              -- JSON: what the feed said of the person when it was heard of last, by column
    appointments TEXT NOT NULL,        -- the settled ones: dossier.Settled as text, see packing.py
    trajectories TEXT NOT NULL         -- dossier.KeptTrajectory, in the same way
);
CREATE INDEX patient_who ON patient (who, born, sex) WHERE who IS NOT NULL;
CREATE INDEX patient_last ON patient (last, patient_id);
CREATE INDEX patient_undone ON patient (patient_id) WHERE digest IS NULL;
CREATE INDEX patient_pending ON patient (patient_id) WHERE pending > 0;
CREATE INDEX patient_open ON patient (patient_id) WHERE open_trajectories > 0;

-- Patients by bucket: of those in which nothing was left to do, a digest of the rows that the feed had of them, and what
-- such rows count as when seen again.
CREATE TABLE bucket (bucket INTEGER PRIMARY KEY, digest BLOB NOT NULL, tally TEXT NOT NULL);

-- Appointments of which every text is kept: those that wait to be tried again, and those whose code stands for nothing
-- that is known (outcome not_zorg1).
CREATE TABLE unsettled (
    patient_id TEXT NOT NULL,
    appointment_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    waits INTEGER AS (outcome <> 'not_zorg1'),
    code TEXT NOT NULL,                -- as the feed has it, and the next two
    declare_under TEXT NOT NULL,
    trajectory_id TEXT NOT NULL,
    place INTEGER NOT NULL,            -- of its trajectory among those of the patient, from 1; 0: in none
    is_sent INTEGER NOT NULL,          -- 1: the texts are those of a line that was sent
    texts TEXT NOT NULL,               -- JSON: what the feed has, by column
    found TEXT NOT NULL,               -- JSON: what is wrong with it: code, column, parameters
    measured TEXT NOT NULL,            -- JSON: names and scores
    PRIMARY KEY (patient_id, appointment_id)
) WITHOUT ROWID;
CREATE INDEX unsettled_appointment ON unsettled (appointment_id);
CREATE INDEX unsettled_unexplained ON unsettled (code, declare_under) WHERE NOT waits;

-- Appointments of Zorg1 that the feed said last are still planned, by the words of [input.status]: until it says of one
-- that it took place, was cancelled or is no more. Nothing is judged by them.
CREATE TABLE planned (
    appointment_id TEXT NOT NULL,
    patient_id TEXT NOT NULL,
    date TEXT NOT NULL,
    code TEXT NOT NULL,                -- as the feed has it, and the next two
    declare_under TEXT NOT NULL,
    uzovi TEXT NOT NULL,
    trajectory TEXT NOT NULL,          -- as people may see it
    status TEXT NOT NULL,
    PRIMARY KEY (appointment_id, patient_id)
) WITHOUT ROWID;
CREATE INDEX planned_patient ON planned (patient_id);
CREATE INDEX planned_date ON planned (date);

-- Declared appointments of which the feed said something else since: another 'row', one that was 'said' to be otherwise
-- and is not told of again, 'cancelled', or another 'count' of contacts. Of those whose debit doesn't stand also that
-- they are only 'counted' by now, or 'gone' from the dossier.
CREATE TABLE change (
    patient_id TEXT NOT NULL,
    appointment_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('row', 'said', 'cancelled', 'count', 'counted', 'gone')),
    texts TEXT NOT NULL,               -- JSON: what the feed has, by column
    PRIMARY KEY (patient_id, appointment_id)
) WITHOUT ROWID;

-- Those that are told of until that is put right.
CREATE VIEW changed AS
SELECT appointment_id, patient_id, kind FROM change JOIN patient USING (patient_id)
WHERE pending > 0 AND kind IN ('row', 'cancelled', 'count');

-- Completed appointments of regular care that the Zorg1 tables ask for, by patient: dossier.Settled as text, see
-- packing.py. Nothing is judged by them.
CREATE TABLE regular (
    patient_id TEXT PRIMARY KEY,
    last TEXT NOT NULL,                -- the last day of one
    birth_year INTEGER,                -- this and what follows as of the table `patient`, for who is not in it
    sex TEXT NOT NULL,
    consent TEXT NOT NULL,
    consent_on TEXT NOT NULL,
    consent_by TEXT NOT NULL,
    appointments TEXT NOT NULL
) WITHOUT ROWID;

-- What was measured, as the practice's file of measurements said last: words as they stand there, scores as numbers.
CREATE TABLE measurement (
    patient_id TEXT NOT NULL,
    trajectory_id TEXT NOT NULL,       -- '' where the file gives no number
    date TEXT NOT NULL,
    instrument TEXT NOT NULL,
    moment TEXT NOT NULL,              -- '' where the file doesn't say
    score TEXT NOT NULL,
    subscore TEXT NOT NULL,            -- '' where there is none
    PRIMARY KEY (patient_id, trajectory_id, date, instrument, moment)
) WITHOUT ROWID;

-- The file of measurements that was read last: one that is still the same isn't read again.
CREATE TABLE measured_file (
    digest BLOB NOT NULL,              -- of the file, and of all that it was read by
    counts TEXT NOT NULL,              -- JSON: how many rows came to what
    told TEXT NOT NULL                 -- JSON: what there was to tell of it: code, column, parameters, row
);

-- The feeds that runs read, the last ones, in that order; see feeds.py.
CREATE TABLE feed (
    feed INTEGER PRIMARY KEY,
    name TEXT NOT NULL,                -- of its file
    digest BLOB NOT NULL,              -- of its rows, in whatever order, and of all that they are read by
    first TEXT NOT NULL,               -- the first day on which a run read it, and the last, with no other between
    last TEXT NOT NULL,
    modified INTEGER NOT NULL,         -- when the file was last written, in nanoseconds since 1970
    read_by BLOB NOT NULL              -- of all that its rows were read by
);

-- What was counted of the debits of a declaration that are alone, as JSON: kept until one of them changes, see counted.py.
CREATE TABLE counted (invoice TEXT PRIMARY KEY REFERENCES declaration, debits TEXT NOT NULL) WITHOUT ROWID;
CREATE TRIGGER line_counted AFTER UPDATE OF
    debit_credit, attempt, corrected, date, list, therapist, amount_cents, granted_cents, invoice ON line
BEGIN
    DELETE FROM counted WHERE invoice = OLD.invoice;
END;

-- The files that stay in the inbox because they could not be read in, each told of once.
CREATE TABLE left_file (
    name PRIMARY KEY,                  -- as bytes where it is no text
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL          -- in nanoseconds since 1970
) WITHOUT ROWID;

-- Whose the appointments are that were counted, or declared by another system: see owners.py. What is found here is
-- what may be: the patient's own text says.
CREATE TABLE owned (slot INTEGER PRIMARY KEY, packed BLOB NOT NULL);

-- Whose a trajectory number is.
CREATE TABLE trajectory_owner (number TEXT PRIMARY KEY, patient_id TEXT NOT NULL) WITHOUT ROWID;

-- The debits of appointments that come to a line by what the feed said last: not of those that were cancelled since, are
-- only counted by now, or are no part of any trajectory.
CREATE VIEW still_due AS
SELECT reference FROM line JOIN patient USING (patient_id)
WHERE debit_credit = 'D' AND NOT EXISTS (
    SELECT 1 FROM change
    WHERE change.patient_id = line.patient_id AND change.appointment_id = line.appointment_id
        AND kind IN ('cancelled', 'counted', 'gone')
);

-- A line with what it went out in, and the answer to that: the fields of Line.
CREATE VIEW sent_line AS
SELECT line.reference, line.appointment_id, line.attempt, line.debit_credit, line.patient_id, line.trajectory, line.uzovi,
       line.date, line.code, line.list, line.f_code, line.units, line.amount_cents, line.invoice, line.rule, line.sent,
       line.previous, line.who, line.became, line.stands, line.state, line.closed_as, line.granted_cents, line.codes,
       coalesce(nullif(line.remark, ''), CASE answer.kind WHEN 'refused' THEN answer.remark END, '') AS remark,
       line.credit, line.again, line.header, person.sent AS person,
       declaration.file, declaration.standard, declaration.insurer, declaration.provider, declaration.contradicted,
       declaration.run, run.today AS day, run.state AS run_state, run.folder,
       coalesce(run.withdrawn_on, '') AS withdrawn_on, coalesce(run.withdrawn_why, '') AS withdrawn_why,
       coalesce(answer.kind, '') AS answer, coalesce(answer.by_insurer, 0) AS by_insurer,
       coalesce(answer.dated, '') AS dated, coalesce(nullif(answer.dated, ''), answer.read_on, '') AS answered
FROM line
JOIN declaration ON declaration.invoice = line.invoice
JOIN run ON run.run = declaration.run
JOIN person ON person.person = line.person
LEFT JOIN answer ON answer.invoice = line.invoice;

-- The lines of each declaration, found by their references, which follow each other.
CREATE VIEW written_line AS
SELECT line.* FROM declaration CROSS JOIN line
    ON line.reference BETWEEN first_reference AND last_reference AND line.invoice = declaration.invoice;

-- What became of each declaration. state: sent, refused (as a whole), answered or withdrawn; sent_on: when it was handed to
-- VECOZO, if somebody said so; answered: when its answer was read, with the return codes of the whole.
CREATE VIEW declaration_status AS
SELECT declaration.invoice, declaration.run, declaration.file, declaration.standard, declaration.uzovi,
       declaration.insurer, declaration.persons, declaration.lines, declaration.amount_cents, declaration.sha256,
       declaration.provider, run.today, run.state AS run_state, run.folder, run.handed_over_on AS sent_on,
       CASE WHEN run.state = 'withdrawn' THEN 'withdrawn' ELSE coalesce(answer.kind, 'sent') END AS state,
       answer.granted_cents, answer.read_on AS answered, coalesce(answer.codes, '') AS return_codes
FROM declaration
JOIN run ON run.run = declaration.run
LEFT JOIN answer ON answer.invoice = declaration.invoice;
