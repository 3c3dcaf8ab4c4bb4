-- On SQLite, what a page says of the images of a class is read from this index alone. On PostgreSQL
-- it stays as it was: images are looked at there all the same, and each change of an image would
-- write all its indexes anew.
DROP INDEX image_class_newest;
CREATE INDEX image_class_newest ON image (class_id, created_at, id, revision);
-- Only on PostgreSQL:
DROP INDEX image_class_newest;
CREATE INDEX image_class_newest ON image (class_id, created_at, id);
