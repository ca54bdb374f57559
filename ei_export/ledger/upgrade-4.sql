-- Version 3 forgot the answers to what was withdrawn.

ALTER TABLE declaration ADD COLUMN contradicted INTEGER NOT NULL DEFAULT 0;
