/// What real packages have written into PostgreSQL, as `pg_dump --inserts` gives it: small stores, whose packages need not be
/// there. Indexes, sequences and foreign keys are left out.
enum PackagedSQL {
  /// langgraph-checkpoint-postgres 3.2.0: `PostgresStore` with 8 dimensions and the fields text and note.
  static let langGraph = #"""
    CREATE EXTENSION IF NOT EXISTS vector;
    CREATE TABLE store ( prefix text NOT NULL, key text NOT NULL, value jsonb NOT NULL, created_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP, updated_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP, expires_at timestamp with time zone, ttl_minutes integer );
    CREATE TABLE store_migrations ( v integer NOT NULL );
    CREATE TABLE store_vectors ( prefix text NOT NULL, key text NOT NULL, field_name text NOT NULL, embedding vector(8), created_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP, updated_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP );
    CREATE TABLE vector_migrations ( v integer NOT NULL );
    INSERT INTO store VALUES ('memories.ada', 'k0', '{"text": "Lives in Zürich", "category": "facts"}', '2026-11-25 22:02:25.91292+00', '2026-11-25 22:02:25.91292+00', NULL, NULL);
    INSERT INTO store VALUES ('memories.bob', 'k1', '{"text": "Line one\nLine \"two\" \\", "nested": {"a": [1, {"b": null}]}}', '2026-11-25 22:02:25.914335+00', '2026-11-25 22:02:25.914335+00', NULL, NULL);
    INSERT INTO store VALUES ('memories.o''neil', 'k2', '{"text": "日本語 🥜"}', '2026-11-25 22:02:25.920043+00', '2026-11-25 22:02:25.920043+00', NULL, NULL);
    INSERT INTO store VALUES ('users.ada.facts', 'two', '{"note": "a note", "text": "two fields"}', '2026-11-25 22:02:25.920569+00', '2026-11-25 22:02:25.920569+00', NULL, NULL);
    INSERT INTO store VALUES ('ada.memories', 'json', '{"a": "x", "b": "y"}', '2026-11-25 22:02:25.921131+00', '2026-11-25 22:02:25.921131+00', NULL, NULL);
    INSERT INTO store VALUES ('memories.ada', 'lm', '{"kind": "Memory", "content": {"content": "from a manager"}}', '2026-11-25 22:02:25.921455+00', '2026-11-25 22:02:25.921455+00', NULL, NULL);
    INSERT INTO store VALUES ('memories.ada', 'old', '{"text": "expired"}', '2026-11-25 22:02:25.921944+00', '2026-11-25 22:02:25.921944+00', '2026-11-25 22:02:25.922667+00', 0);
    INSERT INTO store_migrations VALUES (0);
    INSERT INTO store_migrations VALUES (1);
    INSERT INTO store_migrations VALUES (2);
    INSERT INTO store_migrations VALUES (3);
    INSERT INTO store_vectors VALUES ('memories.ada', 'k0', 'text', '[-0.46588725,0.5516544,-0.20302315,-0.2211935,-0.05340654,0.44940302,-0.35123014,0.24556786]', '2026-11-25 22:02:25.91292+00', '2026-11-25 22:02:25.91292+00');
    INSERT INTO store_vectors VALUES ('memories.bob', 'k1', 'text', '[-0.02678007,-0.3586751,0.4025091,0.2312777,0.028717577,-0.31635585,0.43968573,-0.6007519]', '2026-11-25 22:02:25.914335+00', '2026-11-25 22:02:25.914335+00');
    INSERT INTO store_vectors VALUES ('users.ada.facts', 'two', 'text', '[0.57511395,-0.17224555,-0.27268842,0.22746961,0.02242761,0.32364747,0.6299523,-0.10669306]', '2026-11-25 22:02:25.920569+00', '2026-11-25 22:02:25.920569+00');
    INSERT INTO store_vectors VALUES ('users.ada.facts', 'two', 'note', '[0.52624005,0.29012048,0.042988837,0.14776629,-0.018382965,0.313184,-0.4334619,0.5735043]', '2026-11-25 22:02:25.920569+00', '2026-11-25 22:02:25.920569+00');
    INSERT INTO store_vectors VALUES ('memories.ada', 'lm', 'content.content', '[0.42408857,0.318371,0.37255567,-0.02341872,-0.12743022,-0.7501178,0.021900367,0.006919103]', '2026-11-25 22:02:25.921455+00', '2026-11-25 22:02:25.921455+00');
    INSERT INTO store_vectors VALUES ('memories.ada', 'old', 'text', '[0.59860086,-0.1712324,0.27170858,0.4321599,-0.2392086,0.23089547,0.48700228,0.06374997]', '2026-11-25 22:02:25.921944+00', '2026-11-25 22:02:25.921944+00');
    INSERT INTO vector_migrations VALUES (0);
    INSERT INTO vector_migrations VALUES (1);
    INSERT INTO vector_migrations VALUES (2);
    ALTER TABLE store_migrations ADD CONSTRAINT store_migrations_pkey PRIMARY KEY (v);
    ALTER TABLE store ADD CONSTRAINT store_pkey PRIMARY KEY (prefix, key);
    ALTER TABLE store_vectors ADD CONSTRAINT store_vectors_pkey PRIMARY KEY (prefix, key, field_name);
    ALTER TABLE vector_migrations ADD CONSTRAINT vector_migrations_pkey PRIMARY KEY (v);
    """#

  /// langchain-postgres 0.0.19: `PGVectorStore`, the table `My Notes` with the columns user_id and rank.
  static let langChain = #"""
    CREATE EXTENSION IF NOT EXISTS vector;
    CREATE TABLE "My Notes" ( langchain_id uuid NOT NULL, content text NOT NULL, embedding vector(8) NOT NULL, user_id text, rank integer, langchain_metadata json );
    INSERT INTO "My Notes" VALUES ('00000000-0000-4000-8000-000000000000', 'Lives in Zürich', '[-0.46588725,0.5516544,-0.20302315,-0.2211935,-0.05340654,0.44940302,-0.35123014,0.24556786]', 'ada', 0, '{"category": "facts"}');
    INSERT INTO "My Notes" VALUES ('00000000-0000-4000-8000-000000000001', 'Line one
    Line "two" \', '[-0.02678007,-0.3586751,0.4025091,0.2312777,0.028717577,-0.31635585,0.43968573,-0.6007519]', 'bob', 1, '{"nested": {"a": [1, {"b": null}]}}');
    INSERT INTO "My Notes" VALUES ('00000000-0000-4000-8000-000000000002', '日本語 🥜', '[-0.26502663,-0.49676505,0.4410757,0.26932803,0.0086453445,0.050854634,0.19615564,-0.6121781]', 'o''neil', 2, '{}');
    ALTER TABLE "My Notes" ADD CONSTRAINT "My Notes_pkey" PRIMARY KEY (langchain_id);
    """#

  /// llama-index-vector-stores-postgres 0.9.0: the tables Notes, and NotesHalf with halfvec, jsonb and text search.
  static let llamaIndex = #"""
    CREATE EXTENSION IF NOT EXISTS vector;
    CREATE TABLE data_notes ( id bigint NOT NULL, text character varying NOT NULL, metadata_ json, node_id character varying, embedding vector(8) );
    CREATE TABLE data_noteshalf ( id bigint NOT NULL, text character varying NOT NULL, metadata_ jsonb, node_id character varying, embedding halfvec(8), text_search_tsv tsvector GENERATED ALWAYS AS (to_tsvector('english'::regconfig, (text)::text)) STORED );
    INSERT INTO data_notes VALUES (1, 'Lives in Zürich', '{"user_id": "ada", "category": "facts", "_node_content": "{\"id_\": \"n0\", \"embedding\": null, \"metadata\": {\"user_id\": \"ada\", \"category\": \"facts\"}, \"excluded_embed_metadata_keys\": [], \"excluded_llm_metadata_keys\": [], \"relationships\": {}, \"metadata_template\": \"{key}: {value}\", \"metadata_separator\": \"\\n\", \"text\": \"\", \"mimetype\": \"text/plain\", \"start_char_idx\": null, \"end_char_idx\": null, \"text_template\": \"{metadata_str}\\n\\n{content}\", \"class_name\": \"TextNode\"}", "_node_type": "TextNode", "document_id": "None", "doc_id": "None", "ref_doc_id": "None"}', 'n0', '[-0.46588725,0.5516544,-0.20302315,-0.2211935,-0.05340654,0.44940302,-0.35123014,0.24556786]');
    INSERT INTO data_notes VALUES (2, 'Line one
    Line "two" \', '{"user_id": "bob", "nested": {"a": [1, {"b": null}]}, "_node_content": "{\"id_\": \"n1\", \"embedding\": null, \"metadata\": {\"user_id\": \"bob\", \"nested\": {\"a\": [1, {\"b\": null}]}}, \"excluded_embed_metadata_keys\": [], \"excluded_llm_metadata_keys\": [], \"relationships\": {}, \"metadata_template\": \"{key}: {value}\", \"metadata_separator\": \"\\n\", \"text\": \"\", \"mimetype\": \"text/plain\", \"start_char_idx\": null, \"end_char_idx\": null, \"text_template\": \"{metadata_str}\\n\\n{content}\", \"class_name\": \"TextNode\"}", "_node_type": "TextNode", "document_id": "None", "doc_id": "None", "ref_doc_id": "None"}', 'n1', '[-0.02678007,-0.3586751,0.4025091,0.2312777,0.028717577,-0.31635585,0.43968573,-0.6007519]');
    INSERT INTO data_notes VALUES (3, '日本語 🥜', '{"user_id": "o''neil", "_node_content": "{\"id_\": \"n2\", \"embedding\": null, \"metadata\": {\"user_id\": \"o''neil\"}, \"excluded_embed_metadata_keys\": [], \"excluded_llm_metadata_keys\": [], \"relationships\": {}, \"metadata_template\": \"{key}: {value}\", \"metadata_separator\": \"\\n\", \"text\": \"\", \"mimetype\": \"text/plain\", \"start_char_idx\": null, \"end_char_idx\": null, \"text_template\": \"{metadata_str}\\n\\n{content}\", \"class_name\": \"TextNode\"}", "_node_type": "TextNode", "document_id": "None", "doc_id": "None", "ref_doc_id": "None"}', 'n2', '[-0.26502663,-0.49676505,0.4410757,0.26932803,0.0086453445,0.050854634,0.19615564,-0.6121781]');
    INSERT INTO data_noteshalf VALUES (1, 'Lives in Zürich', '{"doc_id": "None", "user_id": "ada", "category": "facts", "_node_type": "TextNode", "ref_doc_id": "None", "document_id": "None", "_node_content": "{\"id_\": \"n0\", \"embedding\": null, \"metadata\": {\"user_id\": \"ada\", \"category\": \"facts\"}, \"excluded_embed_metadata_keys\": [], \"excluded_llm_metadata_keys\": [], \"relationships\": {}, \"metadata_template\": \"{key}: {value}\", \"metadata_separator\": \"\\n\", \"text\": \"\", \"mimetype\": \"text/plain\", \"start_char_idx\": null, \"end_char_idx\": null, \"text_template\": \"{metadata_str}\\n\\n{content}\", \"class_name\": \"TextNode\"}"}', 'n0', '[-0.4658203,0.5517578,-0.20300293,-0.2211914,-0.05340576,0.4494629,-0.35131836,0.24560547]', DEFAULT);
    INSERT INTO data_noteshalf VALUES (2, 'Line one
    Line "two" \', '{"doc_id": "None", "nested": {"a": [1, {"b": null}]}, "user_id": "bob", "_node_type": "TextNode", "ref_doc_id": "None", "document_id": "None", "_node_content": "{\"id_\": \"n1\", \"embedding\": null, \"metadata\": {\"user_id\": \"bob\", \"nested\": {\"a\": [1, {\"b\": null}]}}, \"excluded_embed_metadata_keys\": [], \"excluded_llm_metadata_keys\": [], \"relationships\": {}, \"metadata_template\": \"{key}: {value}\", \"metadata_separator\": \"\\n\", \"text\": \"\", \"mimetype\": \"text/plain\", \"start_char_idx\": null, \"end_char_idx\": null, \"text_template\": \"{metadata_str}\\n\\n{content}\", \"class_name\": \"TextNode\"}"}', 'n1', '[-0.026779175,-0.35864258,0.4025879,0.23132324,0.028717041,-0.31640625,0.43969727,-0.60058594]', DEFAULT);
    INSERT INTO data_noteshalf VALUES (3, '日本語 🥜', '{"doc_id": "None", "user_id": "o''neil", "_node_type": "TextNode", "ref_doc_id": "None", "document_id": "None", "_node_content": "{\"id_\": \"n2\", \"embedding\": null, \"metadata\": {\"user_id\": \"o''neil\"}, \"excluded_embed_metadata_keys\": [], \"excluded_llm_metadata_keys\": [], \"relationships\": {}, \"metadata_template\": \"{key}: {value}\", \"metadata_separator\": \"\\n\", \"text\": \"\", \"mimetype\": \"text/plain\", \"start_char_idx\": null, \"end_char_idx\": null, \"text_template\": \"{metadata_str}\\n\\n{content}\", \"class_name\": \"TextNode\"}"}', 'n2', '[-0.26513672,-0.49682617,0.4411621,0.2692871,0.008644104,0.050842285,0.19616699,-0.6123047]', DEFAULT);
    ALTER TABLE data_notes ADD CONSTRAINT data_notes_pkey PRIMARY KEY (id);
    ALTER TABLE data_noteshalf ADD CONSTRAINT data_noteshalf_pkey PRIMARY KEY (id);
    """#

  /// agno 3.1.10: `PostgresDb` in its schema.
  static let agno = #"""
    CREATE SCHEMA ai;
    CREATE EXTENSION IF NOT EXISTS vector;
    CREATE TABLE ai.agno_memories ( memory_id character varying NOT NULL, memory jsonb NOT NULL, feedback text, input text, agent_id character varying, team_id character varying, user_id character varying, topics jsonb, created_at bigint NOT NULL, updated_at bigint );
    CREATE TABLE ai.agno_schema_versions ( table_name character varying NOT NULL, version character varying NOT NULL, created_at character varying NOT NULL, updated_at character varying );
    INSERT INTO ai.agno_memories VALUES ('m0', '"Lives in Zürich"', NULL, 'said', NULL, NULL, 'ada', '["t", "ada"]', 1795644156, 1795644156);
    INSERT INTO ai.agno_memories VALUES ('m1', '"Line one\nLine \"two\" \\"', NULL, 'said', 'agent-1', NULL, 'bob', '["t", "bob"]', 1795644156, 1795644156);
    INSERT INTO ai.agno_memories VALUES ('m2', '"日本語 🥜"', NULL, 'said', 'agent-1', NULL, 'o''neil', '["t", "o''neil"]', 1795644156, 1795644156);
    INSERT INTO ai.agno_schema_versions VALUES ('agno_memories', '3.0.0', '2026-11-25T22:02:36.761252', '2026-11-25T22:02:36.761252');
    ALTER TABLE ai.agno_memories ADD CONSTRAINT agno_memories_pkey PRIMARY KEY (memory_id);
    ALTER TABLE ai.agno_schema_versions ADD CONSTRAINT agno_schema_versions_pkey PRIMARY KEY (table_name);
    """#
}
