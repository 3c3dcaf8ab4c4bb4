-- Members know the class of their image as well, as tags and properties do: what others have shared
-- is counted without looking at the images, and a page looks at those that are on it.
ALTER TABLE image_member ADD COLUMN class_id BIGINT NOT NULL DEFAULT 0;
UPDATE image_member SET class_id =
    (SELECT i.class_id FROM image i WHERE i.id = image_member.image_id);
DROP INDEX image_member_by_project;
CREATE INDEX image_member_by_project
    ON image_member (project_id, state, image_created_at, image_id, class_id);
-- Only on PostgreSQL:
-- The rows are looked at there all the same.
DROP INDEX image_member_by_project;
CREATE INDEX image_member_by_project ON image_member (project_id, state, image_created_at, image_id);
-- The class changes with the image, which is counted.
DROP TRIGGER change ON image_member;
CREATE TRIGGER change AFTER INSERT OR DELETE OR UPDATE OF state ON image_member
    EXECUTE FUNCTION count_change();
