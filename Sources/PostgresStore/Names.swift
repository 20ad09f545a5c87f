import PostgresClient

// Statements that this module writes itself; those of others are Database.SQL.
typealias SQL = PostgresClient.SQL
