/** The version of vLLM whose API, texts and names are spoken here; a test holds it against the catalogue's. */
export const dialect = "0.25.1";
