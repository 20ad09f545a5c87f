import Foundation
import MemoryModel
import TestSupport
import Testing

@testable import MemorySources

/// Letta's passages, of its versions and on both databases.
@Suite struct LettaTests {
  private static let config = #"{"embedding_model": "text-embedding-3-small", "embedding_dim": 2, "handle": null}"#

  /// A vector as hexadecimal digits, filled up to four components.
  private static func padded(_ values: Float...) -> [UInt8] {
    Vector(values + Array(repeating: 0, count: 4 - values.count)).littleEndianBytes
  }

  private static func hex(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }

  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// As 0.8.17 made them: passages of agents, whose vectors are base64, and passages of files.
  private var older: String {
    let vector = LettaTests.hex(Array(Data(LettaTests.padded(0.5, -0.25)).base64EncodedString().utf8))
    let full = LettaTests.hex(Array(Data(LettaTests.padded(1, 2, 3)).base64EncodedString().utf8))
    return """
      CREATE TABLE agents (id VARCHAR PRIMARY KEY, name VARCHAR);
      CREATE TABLE sources (id VARCHAR PRIMARY KEY, name VARCHAR);
      CREATE TABLE agent_passages (id VARCHAR PRIMARY KEY, text VARCHAR, embedding_config JSON, metadata_ JSON,
        embedding BINARY, created_at DATETIME, updated_at DATETIME, is_deleted BOOLEAN, _created_by_id VARCHAR,
        organization_id VARCHAR, agent_id VARCHAR);
      CREATE TABLE source_passages (id VARCHAR PRIMARY KEY, text VARCHAR, embedding_config JSON, metadata_ JSON,
        embedding BINARY, created_at DATETIME, updated_at DATETIME, is_deleted BOOLEAN, organization_id VARCHAR,
        file_name VARCHAR, source_id VARCHAR);
      CREATE TABLE block (id VARCHAR PRIMARY KEY, label VARCHAR, value VARCHAR);
      INSERT INTO block VALUES ('block-1', 'human', 'Name: Ada'), ('block-2', 'persona', 'I help');
      INSERT INTO agents VALUES ('agent-1', 'ada');
      INSERT INTO sources VALUES ('source-1', 'handbook');
      INSERT INTO agent_passages VALUES
        ('p1', 'tea', '\(LettaTests.config)', '{"a": 1}', x'\(vector)', '2026-01-02 03:04:05', NULL, 0, NULL, 'o', 'agent-1'),
        ('p2', 'gone', '\(LettaTests.config)', '{}', x'\(vector)', NULL, NULL, 1, NULL, 'o', 'agent-1'),
        ('p3', 'milk', '\(LettaTests.config)', '{"user_id": "ben"}', NULL, NULL, NULL, 0, NULL, 'o', 'agent-1'),
        ('p4', 'full', '\(LettaTests.config)', '{}', x'\(full)', NULL, NULL, 0, NULL, 'o', 'agent-2');
      INSERT INTO source_passages VALUES
        ('s1', 'page', '\(LettaTests.config)', '{}', x'\(vector)', NULL, NULL, 0, 'o', 'handbook.pdf', 'source-1');
      """
  }

  @Test("0.8: base64 of padded floats, the agent's name as user, passages of files beside")
  func readsOlderVersion() throws {
    let source = try ForeignSource.opened(folder.sqlite("letta.db", older))
    let rows = try source.allRows()
    #expect(rows.map(\.legacyID) == ["p1", "p3", "p4", "s1"])
    #expect(rows.map(\.userID) == ["ada", "ben", "agent-2", "default"].map(SourceValue.text))
    #expect(rows.map(\.collection) == ["ada", "ada", nil, "handbook"])
    // What stands behind the length and is not zero is not cut off.
    #expect(
      rows.map(\.embedding) == [
        .vector(Vector([0.5, -0.25])), .missing, .vector(Vector([1, 2, 3, 0])), .vector(Vector([0.5, -0.25])),
      ])
    #expect(rows[0].otherColumns.contains { $0.name == "agent_id" && $0.value == .text("agent-1") })
    #expect(!rows[0].otherColumns.contains { $0.name == "embedding_config" || $0.name == "is_deleted" })
    let survey = try source.survey()
    #expect(survey.model == "text-embedding-3-small")
    #expect(
      survey.remarks == [
        "the user is the identity of the agent, else the name of its archive, else the agent's name",
        "1 memory of source_passages: passages of files, not what agents wrote down",
        "core memory is not brought along: 2 blocks of the table block",
        "1 deleted row is left out; --include deleted brings it along",
      ])
  }

  @Test("0.16 on PostgreSQL: archives, agents and identities name the user; tags go along")
  func readsPostgres() throws {
    let database = try TestDatabase()
    try database.execute(
      """
      CREATE EXTENSION vector;
      CREATE TABLE archives (id varchar PRIMARY KEY, name varchar);
      CREATE TABLE agents (id varchar PRIMARY KEY, name varchar);
      CREATE TABLE archives_agents (agent_id varchar, archive_id varchar, is_owner boolean);
      CREATE TABLE identities (id varchar PRIMARY KEY, identifier_key varchar, name varchar, identity_type varchar);
      CREATE TABLE identities_agents (identity_id varchar, agent_id varchar);
      CREATE TABLE archival_passages (id varchar PRIMARY KEY, text varchar NOT NULL, embedding_config json,
        metadata_ json NOT NULL, tags json, embedding vector(4), created_at timestamptz, updated_at timestamptz,
        is_deleted boolean NOT NULL, _created_by_id varchar, organization_id varchar, archive_id varchar);
      INSERT INTO archives VALUES ('ar1', 'ada'), ('ar2', 'helper''s Archive'), ('ar3', 'shared');
      INSERT INTO agents VALUES ('ag2', 'helper'), ('ag3', 'third');
      INSERT INTO archives_agents VALUES ('ag2', 'ar2', true), ('ag3', 'ar3', true);
      INSERT INTO identities VALUES ('i3', 'ben@example.org', 'Ben', 'user');
      INSERT INTO identities_agents VALUES ('i3', 'ag3');
      INSERT INTO archival_passages VALUES
        ('p1', 'tea', '\(LettaTests.config)', '{"a": 1}', '["x"]', '[0.5,-0.25,0,0]', '2026-01-02 03:04:05.25+00', NULL,
          false, NULL, 'o', 'ar1'),
        ('p2', 'milk', '\(LettaTests.config)', '{}', NULL, NULL, NULL, NULL, false, NULL, 'o', 'ar2'),
        ('p3', 'gone', '\(LettaTests.config)', '{}', NULL, NULL, NULL, NULL, true, NULL, 'o', 'ar1'),
        ('p4', 'juice', '\(LettaTests.config)', '{}', 'null', NULL, NULL, NULL, false, NULL, 'o', 'ar3');
      """)
    let source = try ForeignSource.opened(database)
    let rows = try source.allRows()
    #expect(source.description.kind == "Letta")
    #expect(rows.map(\.legacyID) == ["p1", "p2", "p4"])
    #expect(rows.map(\.userID) == ["ada", "helper", "ben@example.org"].map(SourceValue.text))
    #expect(rows.map(\.embedding) == [.vector(Vector([0.5, -0.25])), .missing, .missing])
    #expect(rows[0].otherColumns.contains { $0.name == "tags" && $0.value == .json(.array([.string("x")])) })
    #expect(rows[2].otherColumns.contains { $0.name == "agent_id" && $0.value == .text("ag3") })
    #expect(rows.map(\.createdAt) == [.text("2026-01-02 03:04:05.25+00"), .null, .null])
    #expect(try source.survey().rows == 3)
  }
}
