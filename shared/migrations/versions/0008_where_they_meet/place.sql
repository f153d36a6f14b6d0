-- Where the meetings of a case usually are; null: decided for each of them.
ALTER TABLE cases.cases ADD COLUMN place text REFERENCES cases.places;
