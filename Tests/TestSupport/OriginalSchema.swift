/// The tables as the memory system's own application creates them on PostgreSQL, which differ from memsh's in what may be
/// NULL, in defaults and in checks.
package enum OriginalSchema {
  /// Its `CREATE TABLE`s, indexes and triggers.
  ///
  /// Without the two vector indexes: pgvector refuses them for the application's 3,072 dimensions.
  package static func sql(dimensions: Int) -> String {
    """
    CREATE EXTENSION IF NOT EXISTS vector;
    CREATE TABLE memories (
      id SERIAL PRIMARY KEY,
      user_id VARCHAR(255) NOT NULL,
      content TEXT NOT NULL,
      embedding vector(\(dimensions)),
      metadata JSONB DEFAULT '{}',
      category VARCHAR(100),
      importance_score FLOAT DEFAULT 1.0,
      access_count INTEGER DEFAULT 0,
      last_accessed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
      created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
      updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
    );
    CREATE TABLE prompt_fragments (
      id SERIAL PRIMARY KEY,
      category VARCHAR(100) NOT NULL,
      priority INTEGER DEFAULT 0,
      content TEXT NOT NULL,
      tags TEXT[] DEFAULT '{}',
      embedding vector(\(dimensions)),
      agent_type VARCHAR(100),
      context_tier VARCHAR(20) DEFAULT 'standard' CHECK (context_tier IN ('core', 'standard', 'full')),
      is_active BOOLEAN DEFAULT true,
      created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
      updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
    );
    CREATE TABLE memory_duplicates (
      id SERIAL PRIMARY KEY,
      original_id INTEGER REFERENCES memories(id) ON DELETE CASCADE,
      duplicate_hash VARCHAR(64) NOT NULL,
      similarity_score FLOAT,
      dedup_type VARCHAR(20) CHECK (dedup_type IN ('exact', 'fuzzy', 'key_phrase', 'semantic')),
      created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
    );
    CREATE TABLE memory_analytics (
      id SERIAL PRIMARY KEY,
      user_id VARCHAR(255) NOT NULL,
      query_text TEXT,
      results_count INTEGER,
      response_time_ms INTEGER,
      context_tier VARCHAR(20),
      created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
    );
    CREATE INDEX memories_user_idx ON memories (user_id);
    CREATE INDEX memories_category_idx ON memories (category);
    CREATE INDEX memories_importance_idx ON memories (importance_score DESC);
    CREATE INDEX memories_access_idx ON memories (last_accessed_at DESC);
    CREATE INDEX prompt_fragments_category_idx ON prompt_fragments (category);
    CREATE INDEX prompt_fragments_agent_idx ON prompt_fragments (agent_type);
    CREATE INDEX prompt_fragments_tier_idx ON prompt_fragments (context_tier);
    CREATE INDEX prompt_fragments_priority_idx ON prompt_fragments (priority DESC);
    CREATE INDEX memory_analytics_user_idx ON memory_analytics (user_id);
    CREATE INDEX memory_analytics_time_idx ON memory_analytics (created_at DESC);
    CREATE INDEX memory_duplicates_hash_idx ON memory_duplicates (duplicate_hash);
    CREATE INDEX memory_duplicates_original_idx ON memory_duplicates (original_id);
    CREATE FUNCTION update_updated_at_column() RETURNS TRIGGER AS $$
    BEGIN
      NEW.updated_at = CURRENT_TIMESTAMP;
      RETURN NEW;
    END;
    $$ LANGUAGE plpgsql;
    CREATE TRIGGER update_memories_updated_at BEFORE UPDATE ON memories
      FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();
    CREATE TRIGGER update_prompt_fragments_updated_at BEFORE UPDATE ON prompt_fragments
      FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();
    """
  }

  /// What a later migration of it adds to `memories`.
  package static let laterMigration = """
    ALTER TABLE memories ADD COLUMN usefulness_score FLOAT DEFAULT 0.5, ADD COLUMN decay_rate FLOAT DEFAULT 0.01,
      ADD COLUMN is_ephemeral BOOLEAN DEFAULT false, ADD COLUMN confidence_score FLOAT DEFAULT 0.5,
      ADD COLUMN verification_status VARCHAR(20) DEFAULT 'unverified', ADD COLUMN source_conversation_id VARCHAR(255),
      ADD COLUMN used_in_conversations TEXT, ADD COLUMN status VARCHAR(20) DEFAULT 'active';
    CREATE INDEX memories_usefulness_idx ON memories (usefulness_score DESC) WHERE status = 'active';
    CREATE INDEX memories_ephemeral_idx ON memories (is_ephemeral) WHERE status = 'active';
    CREATE INDEX memories_verification_idx ON memories (verification_status) WHERE status = 'active';
    CREATE INDEX memories_status_idx ON memories (status) WHERE status = 'active';
    CREATE FUNCTION effective_score(score FLOAT, rate FLOAT, since TIMESTAMP) RETURNS FLOAT LANGUAGE sql IMMUTABLE
      AS 'SELECT score * exp(-rate * extract(epoch FROM since) / 86400)';
    CREATE VIEW active_memories AS SELECT * FROM memories WHERE status = 'active';
    """

  /// A row of each table in which everything is NULL that may be, under the id 7; for SQLite, too.
  package static let nullRows = """
    INSERT INTO memories (id, user_id, content, embedding, metadata, category, importance_score, access_count,
      last_accessed_at, created_at, updated_at)
      VALUES (7, 'ada', 'nothing but this is known', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    INSERT INTO prompt_fragments (id, category, priority, content, tags, embedding, agent_type, context_tier, is_active,
      created_at, updated_at) VALUES (7, 'bare', NULL, 'nothing but this is said', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    INSERT INTO memory_duplicates (id, original_id, duplicate_hash, similarity_score, dedup_type, created_at)
      VALUES (7, NULL, '0000000000000000000000000000000000000000000000000000000000000007', NULL, NULL, NULL);
    INSERT INTO memory_analytics (id, user_id, query_text, results_count, response_time_ms, context_tier, created_at)
      VALUES (7, 'ada', NULL, NULL, NULL, NULL, NULL);
    """

  /// What the application stores for one agent and for every agent, under the ids 1 and 2; for SQLite, too.
  package static let fragments = """
    INSERT INTO prompt_fragments (id, category, priority, content, agent_type, context_tier)
      VALUES (1, 'sales_guidelines', 9, 'Ask what the customer wants.', 'sales', 'core'),
        (2, 'communication_style', 7, 'Lead with the answer.', NULL, 'core');
    """
}
