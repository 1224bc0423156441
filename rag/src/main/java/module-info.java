/** Embedding of text in process. */
module dev.nacre.rag {
  requires static transitive org.jspecify;
  requires static transitive com.google.errorprone.annotations;
  requires transitive dev.nacre;
  requires com.microsoft.onnxruntime;
  requires langchain4j.embeddings.all.minilm.l6.v2.q;

  exports dev.nacre.rag;
}
