import Database
import MemoryModel

/// The tables and views in the file.
extension SQLiteDialect {
  /// The parts of a virtual table are not tables of their own.
  var relations: SQL {
    """
    SELECT NULL, name, CASE type WHEN 'virtual' THEN 'virtual table' ELSE type END, NULL, 1,
      CASE WHEN name \(among: OwnTable.allCases.map { "memsh_\($0.rawValue)" }) THEN substr(name, 7) END
    FROM pragma_table_list WHERE schema = 'main' AND substr(name, 1, 7) <> 'sqlite_' AND type <> 'shadow' ORDER BY name
    """
  }

  func columns(of relation: Relation) -> SQL {
    """
    SELECT name, type, "notnull" OR pk > 0 AND upper(type) = 'INTEGER', hidden > 1, dflt_value FROM pragma_table_xinfo(\(relation.name))
    WHERE hidden <> 1 ORDER BY cid
    """
  }

  func objects(of relation: Relation) -> SQL {
    """
    SELECT type, name, 1, sql FROM sqlite_master
    WHERE tbl_name = \(relation.name) AND type IN ('index', 'trigger') ORDER BY type, name
    """
  }
}
