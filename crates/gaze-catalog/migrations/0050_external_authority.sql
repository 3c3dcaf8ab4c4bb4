-- What an authority outside (an external Keystone) calls its domains and projects. Its names are
-- unique there at any moment, but they are learnt here one by one: two projects that swapped their
-- names must not be in each other's way, so the unique column `name` holds a word of ours for them.
ALTER TABLE domain ADD COLUMN external_id TEXT;
ALTER TABLE domain ADD COLUMN external_name TEXT;
ALTER TABLE project ADD COLUMN external_id TEXT;
ALTER TABLE project ADD COLUMN external_name TEXT;
