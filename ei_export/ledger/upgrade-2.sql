-- Version 1 knew no answers and no corrections. What is only added, schema.sql adds.

DROP VIEW contact;
DROP VIEW appointment;
DROP VIEW trajectory;

CREATE TABLE run_2 (
    run INTEGER PRIMARY KEY,
    today TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('staged', 'published', 'withdrawn')),
    staging TEXT NOT NULL,
    folder TEXT NOT NULL,
    input TEXT NOT NULL,
    version TEXT NOT NULL,
    withdrawn_on TEXT,
    withdrawn_why TEXT
);
INSERT INTO run_2 SELECT *, NULL, NULL FROM run;
DROP TABLE run;
ALTER TABLE run_2 RENAME TO run;

ALTER TABLE line ADD COLUMN previous TEXT REFERENCES line;

ALTER TABLE declaration ADD COLUMN provider TEXT NOT NULL DEFAULT '';
ALTER TABLE declaration ADD COLUMN first_reference TEXT NOT NULL DEFAULT '';
ALTER TABLE declaration ADD COLUMN last_reference TEXT NOT NULL DEFAULT '';
UPDATE declaration SET first_reference = found.first, last_reference = found.last
FROM (SELECT invoice, min(reference) AS first, max(reference) AS last FROM line GROUP BY invoice) AS found
WHERE found.invoice = declaration.invoice;
