/**
 * Helpers shared by the modules: checks, caches, JSON fields. Not API: anything here may change or
 * go with any release.
 */
@NullMarked
package org.dl4jtt.internal;

import org.jspecify.annotations.NullMarked;
