-- Version 2 could not take back what was asked for. What version 1 never had, schema.sql adds after this.

CREATE TABLE IF NOT EXISTS request (request, day, asked, reference, why);
CREATE TABLE request_3 (
    request INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    asked TEXT NOT NULL CHECK (asked IN ('credit', 'redeclare', 'correct', 'cancel')),
    reference TEXT NOT NULL REFERENCES line,
    why TEXT NOT NULL
);
INSERT INTO request_3 SELECT * FROM request;
DROP TABLE request;
ALTER TABLE request_3 RENAME TO request;
