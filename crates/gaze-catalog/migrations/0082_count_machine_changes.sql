-- Machines and volumes are kept as well: see 0079_count_changes.sql.
-- Only on PostgreSQL:
CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON instance EXECUTE FUNCTION count_change();
CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON volume EXECUTE FUNCTION count_change();
