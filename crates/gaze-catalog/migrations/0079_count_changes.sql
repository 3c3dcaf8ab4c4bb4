-- What is read from these tables is kept until they change, whichever process changes them: see
-- `src/watched.rs` for what is made of which, and gaze-sql's `Db::watch` for how it is noticed. On
-- SQLite one process writes, and knows by itself.
-- Only on PostgreSQL:
-- A token that is not there is not kept, so a new one changes nothing that is.
CREATE TRIGGER change AFTER UPDATE OR DELETE ON token EXECUTE FUNCTION count_change();
CREATE TRIGGER change AFTER UPDATE OR DELETE ON access_key EXECUTE FUNCTION count_change();
CREATE TRIGGER change AFTER UPDATE OR DELETE ON account EXECUTE FUNCTION count_change();
CREATE TRIGGER change AFTER UPDATE OR DELETE ON domain EXECUTE FUNCTION count_change();
-- Each new image is counted in its project, which makes no difference to who a token stands for.
CREATE TRIGGER change AFTER DELETE OR UPDATE OF id, domain_id, name, external_name, enabled
    ON project EXECUTE FUNCTION count_change();
CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON region EXECUTE FUNCTION count_change();
CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON zone EXECUTE FUNCTION count_change();
CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON cluster EXECUTE FUNCTION count_change();
CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON pool EXECUTE FUNCTION count_change();
CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON store EXECUTE FUNCTION count_change();
CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON store_zone
    EXECUTE FUNCTION count_change();
CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON image EXECUTE FUNCTION count_change();
CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON image_location
    EXECUTE FUNCTION count_change();
CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON image_member
    EXECUTE FUNCTION count_change();
CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON image_property
    EXECUTE FUNCTION count_change();
CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON image_tag
    EXECUTE FUNCTION count_change();
