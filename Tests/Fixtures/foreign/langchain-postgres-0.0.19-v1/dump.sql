CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public;
CREATE TABLE public.langchain_pg_collection (
    uuid uuid NOT NULL,
    name character varying NOT NULL,
    cmetadata json
);
CREATE TABLE public.langchain_pg_embedding (
    id character varying NOT NULL,
    collection_id uuid,
    embedding public.vector,
    document character varying,
    cmetadata jsonb
);
INSERT INTO public.langchain_pg_collection VALUES ('d945c5a0-a710-49d1-b67b-e4c7ae6cd0fc', 'memories', 'null');
INSERT INTO public.langchain_pg_collection VALUES ('9359a9e9-4d64-4215-8e2b-802b11a856b6', 'others', 'null');
INSERT INTO public.langchain_pg_embedding VALUES ('memories-1d8d8df0-020f-5cc2-b8b7-3e99a5c695ec', 'd945c5a0-a710-49d1-b67b-e4c7ae6cd0fc', '[1.8684692,1.2763672,1.9030151,-1.6262817,0.56188965,0.68585205,1.8245239,-0.9401245]', 'Prefers a double espresso before nine', '{"tags": ["coffee", "morning"], "user_id": "ada", "category": "preferences", "importance": 0.9}');
INSERT INTO public.langchain_pg_embedding VALUES ('memories-3795b8da-2477-5df6-aef3-4d9aaee568b3', 'd945c5a0-a710-49d1-b67b-e4c7ae6cd0fc', '[0.88793945,-0.34942627,-1.9521484,-1.8944092,-0.013916016,-0.013366699,1.5038452,1.9787598]', 'Lives in Zürich, works remotely: größer, ÄÖÜ, 東京', '{"nested": {"": {}, "a": [1, 2, {"b": null}]}, "user_id": "ada"}');
INSERT INTO public.langchain_pg_embedding VALUES ('memories-50fbcc0a-de9f-5303-959b-c471121ba041', 'd945c5a0-a710-49d1-b67b-e4c7ae6cd0fc', '[-1.7173462,1.5713501,-0.40777588,-0.30773926,-1.8974609,0.9640503,0.43914795,1.3842163]', 'Allergic to nuts 🥜🚫 👩‍👩‍👧‍👦, never suggest satay', '{"user_id": "ada", "category": "health", "importance": 1}');
INSERT INTO public.langchain_pg_embedding VALUES ('memories-bc2fa11a-b477-5087-8b87-be89a2217849', 'd945c5a0-a710-49d1-b67b-e4c7ae6cd0fc', '[1.2628784,-1.4988403,-0.3834839,0.52386475,-1.6611938,1.6288452,-0.5697632,0.75341797]', 'Said: "it''s `fine`\", ''really''', '{"user_id": "bob"}');
INSERT INTO public.langchain_pg_embedding VALUES ('memories-84e59d4a-6d62-5279-8642-478c05e62ff2', 'd945c5a0-a710-49d1-b67b-e4c7ae6cd0fc', '[1.6852417,-1.5774536,-1.881958,0.9071045,1.0220337,1.8223877,-1.2244873,-1.543457]', 'Line one
Line two	with a tab
Line three', '{"user_id": "bob", "category": "notes"}');
INSERT INTO public.langchain_pg_embedding VALUES ('memories-a2e5b9c7-85ca-51ff-bb2a-71f3295d9ba7', 'd945c5a0-a710-49d1-b67b-e4c7ae6cd0fc', '[1.2800293,0.927124,1.7993774,-1.5496216,-0.044067383,-1.9320679,0.6304321,-1.5842285]', 'Robert''); DROP TABLE memories;-- %s {0} ${HOME} \x00 NULL', '{"user_id": "bob", "category": "sql"}');
INSERT INTO public.langchain_pg_embedding VALUES ('memories-b8969c56-f734-567b-9d4d-540b27b10aa8', 'd945c5a0-a710-49d1-b67b-e4c7ae6cd0fc', '[1.5374756,-0.51226807,-0.64190674,1.9180298,1.0284424,-0.6392212,0.44750977,0.5194092]', 'A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long story of a walk along the lake. A long stor', '{"length": 2000, "user_id": "zoë"}');
INSERT INTO public.langchain_pg_embedding VALUES ('memories-919215bf-08cf-5000-8046-a604b41532dd', 'd945c5a0-a710-49d1-b67b-e4c7ae6cd0fc', '[1.8684692,1.2763672,1.9030151,-1.6262817,0.56188965,0.68585205,1.8245239,-0.9401245]', 'Prefers a double espresso before nine', '{"copy": true, "user_id": "bob", "category": "preferences"}');
INSERT INTO public.langchain_pg_embedding VALUES ('memories-a9d8f2a5-6ba2-579c-9cb7-7451923a4bc4', 'd945c5a0-a710-49d1-b67b-e4c7ae6cd0fc', '[-1.2172852,-0.99884033,-1.3812866,-1.0625,0.3574829,0.65216064,0.3348999,1.7262573]', 'Keys can be anything', '{"Ä": "ö", "a b": 1, "a.b": 2, "a$ne": true, "drop": "''); DROP TABLE memories;--", "content": "not the content", "quote\"''": "it''s", "user_id": "zoë", "legacy_id": "mine", "two\nlines": 1.5}');
INSERT INTO public.langchain_pg_embedding VALUES ('memories-6cd1a86d-fe79-5f46-b698-6c854b060ce4', 'd945c5a0-a710-49d1-b67b-e4c7ae6cd0fc', '[-0.80792236,-0.53656006,1.9436646,0.89819336,0.61273193,-1.5385132,1.1657104,-1.2199097]', 'Works at the new place since May', '{"user_id": "ada", "category": "work"}');
INSERT INTO public.langchain_pg_embedding VALUES ('others-1d8d8df0-020f-5cc2-b8b7-3e99a5c695ec', '9359a9e9-4d64-4215-8e2b-802b11a856b6', '[1.8684692,1.2763672,1.9030151,-1.6262817,0.56188965,0.68585205,1.8245239,-0.9401245]', 'Prefers a double espresso before nine', '{"tags": ["coffee", "morning"], "user_id": "ada", "category": "preferences", "importance": 0.9}');
INSERT INTO public.langchain_pg_embedding VALUES ('others-3795b8da-2477-5df6-aef3-4d9aaee568b3', '9359a9e9-4d64-4215-8e2b-802b11a856b6', '[0.88793945,-0.34942627,-1.9521484,-1.8944092,-0.013916016,-0.013366699,1.5038452,1.9787598]', 'Lives in Zürich, works remotely: größer, ÄÖÜ, 東京', '{"nested": {"": {}, "a": [1, 2, {"b": null}]}, "user_id": "ada"}');
INSERT INTO public.langchain_pg_embedding VALUES ('others-50fbcc0a-de9f-5303-959b-c471121ba041', '9359a9e9-4d64-4215-8e2b-802b11a856b6', '[-1.7173462,1.5713501,-0.40777588,-0.30773926,-1.8974609,0.9640503,0.43914795,1.3842163]', 'Allergic to nuts 🥜🚫 👩‍👩‍👧‍👦, never suggest satay', '{"user_id": "ada", "category": "health", "importance": 1}');
ALTER TABLE ONLY public.langchain_pg_collection
    ADD CONSTRAINT langchain_pg_collection_name_key UNIQUE (name);
ALTER TABLE ONLY public.langchain_pg_collection
    ADD CONSTRAINT langchain_pg_collection_pkey PRIMARY KEY (uuid);
ALTER TABLE ONLY public.langchain_pg_embedding
    ADD CONSTRAINT langchain_pg_embedding_pkey PRIMARY KEY (id);
CREATE INDEX ix_cmetadata_gin ON public.langchain_pg_embedding USING gin (cmetadata jsonb_path_ops);
ALTER TABLE ONLY public.langchain_pg_embedding
    ADD CONSTRAINT langchain_pg_embedding_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES public.langchain_pg_collection(uuid) ON DELETE CASCADE;
