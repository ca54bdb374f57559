-- Version 4 knew one practice only, and no test runs. What is only added, schema.sql adds.

-- Appointments keep their texts by the names of the columns, so that one column more breaks nothing.
ALTER TABLE dossier ADD COLUMN person TEXT NOT NULL DEFAULT '';
ALTER TABLE dossier ADD COLUMN last TEXT NOT NULL DEFAULT '';
CREATE TEMP TABLE place AS SELECT key AS place, value AS name FROM json_each('[
    "appointment_id", "date", "code", "declare_under", "trajectory_id", "uzovi", "diagnosis_code", "bsn", "birth_date",
    "sex", "name", "prefix", "initials", "partner_name", "partner_prefix", "name_use", "postcode", "house_number",
    "house_number_suffix", "country", "foreign_postcode", "insured_number", "indication_code", "therapist_agb",
    "therapist_specialism", "referral_date", "referrer_agb", "referrer_specialism", "authorization_number", "accident",
    "side", "measurement_name", "measurement_score"
]');
UPDATE dossier SET
    last = coalesce((
        SELECT max(json_extract(value, '$[4]')) FROM json_each(dossier.appointments)
        WHERE json_extract(value, '$[0]') IN ('declared', 'counted', 'earlier')
    ), ''),
    appointments = (
        SELECT json_group_array(json(CASE
            WHEN json_array_length(value) = 11 THEN json_insert(value, '$[#]', '')
            WHEN json_array_length(value) = 13 THEN json_set(value, '$[11]', '', '$[12]', json_object(
                'change', json_extract(value, '$[11]'),
                'texts', (
                    SELECT json_group_object(name, json_extract(json_extract(entry.value, '$[12]'), '$[' || place || ']'))
                    FROM place WHERE json_extract(json_extract(entry.value, '$[12]'), '$[' || place || ']') <> ''
                )
            ))
            ELSE json_array(
                json_extract(value, '$[0]'), '0', json_extract(value, '$[2]'), json_extract(value, '$[3]'),
                json_extract(value, '$[4]'), json_extract(value, '$[5]'), json_extract(value, '$[6]'),
                json_extract(value, '$[7]'), json_extract(value, '$[8]'), json_extract(value, '$[9]'),
                json_extract(value, '$[10]'), '', json_object(
                    'texts', (
                        SELECT json_group_object(name, json_extract(entry.value, '$[' || (3 + place) || ']'))
                        FROM place WHERE place > 7 AND json_extract(entry.value, '$[' || (3 + place) || ']') <> ''
                    ),
                    'found', json(coalesce(json_extract(value, '$[36]'), '[]'))
                )
            )
        END)) FROM json_each(dossier.appointments) AS entry
    );
DROP TABLE temp.place;
DROP VIEW IF EXISTS changed;
ALTER TABLE line ADD COLUMN who INTEGER;
ALTER TABLE dossier ADD COLUMN who INTEGER;
ALTER TABLE dossier ADD COLUMN born INTEGER;
ALTER TABLE dossier ADD COLUMN sex TEXT NOT NULL DEFAULT '';
ALTER TABLE dossier ADD COLUMN unexplained TEXT NOT NULL DEFAULT '';

DROP VIEW IF EXISTS line_status;
