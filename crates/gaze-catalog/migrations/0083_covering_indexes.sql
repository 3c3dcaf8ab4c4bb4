-- On SQLite, what a page says of the images of a class is read from an index alone, and whether an
-- image has a ready copy in some store. On PostgreSQL these stay as they were: rows are looked at
-- there all the same, and each change of a column that an index has writes all indexes anew.
DROP INDEX image_class_newest;
CREATE INDEX image_class_newest ON image (class_id, created_at, id, revision);
DROP INDEX image_location_by_image;
CREATE INDEX image_location_by_image ON image_location (image_id, ordinal, state, store_id);
-- Only on PostgreSQL:
DROP INDEX image_class_newest;
CREATE INDEX image_class_newest ON image (class_id, created_at, id);
DROP INDEX image_location_by_image;
CREATE INDEX image_location_by_image ON image_location (image_id, ordinal);
