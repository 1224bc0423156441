@echo off
rem Runs the nacre command from this checkout on Windows: finds a JDK, builds what is missing or older than its
rem sources, starts it. Does the job of the script "nacre"; what it can do: nacre --help
setlocal EnableExtensions DisableDelayedExpansion
set "JAVA_MIN=25"
set "NACRE_ROOT=%~dp0"
set "NACRE_TARGET=%NACRE_ROOT%cli\target"
set "NACRE_STAMP=%NACRE_TARGET%\nacre.built"

set "JDK="
if not defined NACRE_JAVA_HOME goto look_around
call :try "%NACRE_JAVA_HOME%"
if defined JDK goto found
echo nacre: NACRE_JAVA_HOME=%NACRE_JAVA_HOME% is not a JDK %JAVA_MIN% or newer>&2
echo        Name one that is, or unset it to have one looked for.>&2
exit /b 1

:look_around
if defined JAVA_HOME call :try "%JAVA_HOME%"
for /f "delims=" %%J in ('where java 2^>nul') do call :try "%%~dpJ.."
for /d %%D in (
  "%ProgramFiles%\Java\*" "%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Microsoft\jdk*"
  "%ProgramFiles%\Zulu\*" "%ProgramFiles%\Amazon Corretto\*" "%ProgramFiles%\BellSoft\*"
  "%USERPROFILE%\.jdks\*" "%USERPROFILE%\scoop\apps\*jdk*"
) do (
  call :try "%%~fD"
  call :try "%%~fD\current"
)
if defined JDK goto found
echo nacre: no JDK %JAVA_MIN% or newer was found (looked at NACRE_JAVA_HOME, JAVA_HOME, java on the PATH, Program Files,>&2
echo        .jdks and scoop). Install one beside your Java, for example>&2
echo          winget install EclipseAdoptium.Temurin.25.JDK>&2
echo        or name one: set NACRE_JAVA_HOME=C:\path\to\jdk>&2
exit /b 1

:found
if not "%~1"=="--print-jdk" goto build
echo %JDK%
exit /b 0

:build
if not exist "%NACRE_STAMP%" goto stale
if not exist "%NACRE_TARGET%\class-path" goto stale
rem Whether no source, resource or pom is newer than the build.
powershell -NoProfile -NonInteractive -Command "$root = $env:NACRE_ROOT; $built = (Get-Item -LiteralPath $env:NACRE_STAMP).LastWriteTimeUtc; $files = @(Get-Item ($root + 'pom.xml'), ($root + '*\pom.xml')) + @(Get-ChildItem ($root + '*\src\main') -Recurse); if ($files | Where-Object { $_.LastWriteTimeUtc -gt $built }) { exit 1 }"
if not errorlevel 1 goto start

:stale
where mvn >nul 2>nul
if errorlevel 1 (
  echo nacre: building needs Maven 3.8 or newer, and there is no mvn on the PATH>&2
  exit /b 1
)
echo nacre: building, about a minute, longer when libraries must be downloaded ...>&2
if not exist "%NACRE_TARGET%" mkdir "%NACRE_TARGET%"
rem Before the build: what is edited meanwhile is newer, and built next time.
type nul >"%NACRE_STAMP%.begun"
set "JAVA_HOME=%JDK%"
set "MAVEN_OPTS=%MAVEN_OPTS% --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
call mvn -q -B -Dstyle.color=never -f "%NACRE_ROOT%pom.xml" -Dquick -pl cli -am package >&2
if errorlevel 1 (
  echo nacre: the build failed; its messages are above>&2
  exit /b 1
)
move /y "%NACRE_STAMP%.begun" "%NACRE_STAMP%" >nul

:start
rem One place says with which flags every JVM that runs Nacre is started: the root pom.
set "FLAGS="
for /f "tokens=3 delims=<>" %%F in ('findstr /c:"<nacre.jvm.flags>" "%NACRE_ROOT%pom.xml"') do set "FLAGS=%%F"
if not defined FLAGS (
  echo nacre: "%NACRE_ROOT%pom.xml" does not name nacre.jvm.flags>&2
  exit /b 1
)
rem By the environment: a command line holds 8,191 characters.
for /f "usebackq delims=" %%C in ("%NACRE_TARGET%\class-path") do set "CLASSPATH=%NACRE_TARGET%\classes;%%C"
"%JDK%\bin\java.exe" %FLAGS% -XX:+UseSerialGC %NACRE_JAVA_OPTS% dev.nacre.cli.Main %*
exit /b %ERRORLEVEL%

rem Takes the JDK in %1 when it is new enough and none was taken before.
:try
if defined JDK exit /b 0
if not exist "%~1\bin\javac.exe" exit /b 0
set "MAJOR="
for /f "tokens=2 delims==." %%V in ('findstr /b "JAVA_VERSION=" "%~1\release" 2^>nul') do set "MAJOR=%%V"
if not defined MAJOR exit /b 0
rem The value is quoted in the file.
set "MAJOR=%MAJOR:"=%"
if %MAJOR% GEQ %JAVA_MIN% set "JDK=%~f1"
exit /b 0
